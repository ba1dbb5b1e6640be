import type { Events } from '../../events.ts';
import { Draft } from '../../store/draft.ts';
import { Conflict } from '../../store/errors.ts';
import type { Store, Write } from '../../store/port.ts';
import { type Account, ifStillSignedIn } from '../accounts/index.ts';
import type { Notices } from '../notices/index.ts';
import type { UpstreamIdentity } from './identity.ts';
import type { StoredLink, UpstreamLinks } from './links.ts';
import type { Provisioning, Unlinking } from './provisioning/index.ts';

/** Describes who acts, in the audit record and the message to the owner of the account. */
interface By {
  readonly client?: string;
  readonly address: string;
  readonly correlation: string;
  readonly notice: { readonly language: string; readonly address: string; readonly agent: string };
}

/**
 * Links and unlinks at the wish of the owner of an account, who gets a message with the same commit. Both throw
 * `sign_in_ended` when what was signed in has ended since the account was read.
 */
export interface Linking {
  /** Undefined when the person of the upstream is linked to another account by now. */
  link(account: Account, identity: UpstreamIdentity, consume: Write, by: By): Promise<Account | undefined>;
  /** `refused` where nothing else is left to sign in with, also when that is removed at the same time. */
  unlink(account: Account, stored: StoredLink, by: By): Promise<Unlinking>;
}

interface Dependencies {
  readonly store: Pick<Store, 'commit'>;
  readonly events: Events;
  readonly links: Pick<UpstreamLinks, 'insertion'>;
  /** Conditions under which something else is left (services/sign-ins/other-ways.ts). */
  readonly besidesLink: (account: Account, stored: StoredLink) => Promise<readonly Write[] | undefined>;
  readonly notices: Notices;
  readonly provisioning: Pick<Provisioning, 'link' | 'unlink'>;
}

export const createLinking = ({
  store,
  events,
  links,
  besidesLink,
  notices,
  provisioning,
}: Dependencies): Linking => {
  /** On a cluster, two requests can each remove what the other one's condition is, at the same time. */
  const restore = async ({ link }: StoredLink): Promise<void> => {
    try {
      await store.commit([links.insertion(link)]);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
    }
  };

  const emit = (type: string, account: string, upstream: string, { notice: _, ...by }: By): void =>
    events.emit({ type, outcome: 'ok', account, ...by, details: { upstream } });

  return {
    async link(account, identity, consume, by) {
      const notice = notices.draft('upstream-linked', { account: account.id, ...by.notice });
      const linked = await Draft.commitWith((writesOf) =>
        provisioning.link(
          account,
          identity,
          [consume, ...writesOf(notice)],
          ifStillSignedIn(account, { endsWithOthers: true }),
        ),
      );
      if (!linked) return undefined;
      emit('account.upstream_linked', account.id, identity.upstream, by);
      return linked;
    },

    async unlink(account, stored, by) {
      const otherWay = await besidesLink(account, stored);
      if (!otherWay) return 'refused';
      const notice = notices.draft('upstream-unlinked', { account: account.id, ...by.notice });
      const unlinking = await Draft.commitWith((writesOf) =>
        provisioning.unlink(account, stored, [...otherWay, ...writesOf(notice)], ifStillSignedIn(account)),
      );
      if (unlinking === 'gone') return unlinking;
      if (unlinking === 'refused' || (await besidesLink(account, stored)) === undefined) {
        await restore(stored);
        return 'refused';
      }
      emit('account.upstream_unlinked', account.id, stored.link.upstream, by);
      return unlinking;
    },
  };
};
