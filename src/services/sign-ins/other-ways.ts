import type { Key, Write } from '../../store/port.ts';
import type { Account } from '../accounts/index.ts';
import type { Passkeys } from '../passkeys/index.ts';
import { isOfProvider, type UpstreamLinks, type Upstreams } from '../upstreams/index.ts';

interface Dependencies {
  readonly passkeys: Pick<Passkeys, 'isEnabled' | 'keeping'>;
  readonly links: Pick<UpstreamLinks, 'listOf' | 'keeping'>;
  readonly upstreams: Pick<Upstreams, 'find'>;
}

type Of = Pick<Account, 'id' | 'hasPassword'>;

/**
 * What is left to sign in with when a person removes something. The writes are conditions for the commit that removes: they
 * fail when what is left is removed at the same time. Undefined when nothing is left. Only an operator takes a password
 * away without putting something in its place, so a password needs no condition.
 */
export interface OtherWays {
  besidesPasskeys(account: Of): Promise<readonly Write[] | undefined>;
  besidesLink(account: Of, link: { readonly key: Key }): Promise<readonly Write[] | undefined>;
}

export const createOtherWays = ({ passkeys, links, upstreams }: Dependencies): OtherWays => {
  /** A link to an upstream that was removed, or is another provider by now, signs no one in. */
  const firstLink = async (account: string, except?: Key): Promise<Write | undefined> => {
    const stored = (await links.listOf(account)).find(({ key, link }) => {
      const upstream = upstreams.find(link.upstream);
      return key.family !== except?.family && upstream !== undefined && isOfProvider(upstream, link);
    });
    return stored && links.keeping(stored);
  };

  return {
    async besidesPasskeys({ id, hasPassword }) {
      if (hasPassword) return [];
      const link = await firstLink(id);
      return link && [link];
    },
    async besidesLink({ id, hasPassword }, { key }) {
      if (hasPassword) return [];
      const way = (await firstLink(id, key)) ?? (passkeys.isEnabled ? await passkeys.keeping(id) : undefined);
      return way && [way];
    },
  };
};
