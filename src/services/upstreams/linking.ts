import type { Events } from '../../events.ts';
import type { Write } from '../../store/port.ts';
import type { Account } from '../accounts/index.ts';
import type { Notices } from '../notices/index.ts';
import type { UpstreamIdentity } from './identity.ts';
import type { StoredLink } from './links.ts';
import type { Provisioning } from './provisioning.ts';

/** Who acts, for the audit record, and for the message to the owner of the account. */
interface By {
  readonly client?: string;
  readonly address: string;
  readonly correlation: string;
  readonly notice: { readonly language: string; readonly address: string; readonly agent: string };
}

/** Links and unlinks at the wish of the owner of an account, who gets a message with the same commit. */
export interface Linking {
  /** Undefined when the person of the upstream is linked to another account by now. */
  link(account: Account, identity: UpstreamIdentity, consume: Write, by: By): Promise<Account | undefined>;
  /** False when the condition that there is another way to sign in has failed. */
  unlink(account: Account, stored: StoredLink, otherWay: readonly Write[], by: By): Promise<boolean>;
}

interface Dependencies {
  readonly events: Events;
  readonly notices: Notices;
  readonly provisioning: Pick<Provisioning, 'link' | 'unlink'>;
}

export const createLinking = ({ events, notices, provisioning }: Dependencies): Linking => {
  const emit = (type: string, account: string, upstream: string, { notice: _, ...by }: By): void =>
    events.emit({ type, outcome: 'ok', account, ...by, details: { upstream } });

  return {
    async link(account, identity, consume, by) {
      const notice = notices.draft('upstream-linked', { account: account.id, ...by.notice });
      const also = [consume, ...(notice ? [notice.write] : [])];
      const linked = await provisioning.link(account, identity, also);
      if (!linked) return undefined;
      notice?.afterCommit();
      emit('account.upstream_linked', account.id, identity.upstream, by);
      return linked;
    },

    async unlink(account, stored, otherWay, by) {
      const notice = notices.draft('upstream-unlinked', { account: account.id, ...by.notice });
      const also = [...otherWay, ...(notice ? [notice.write] : [])];
      if (!(await provisioning.unlink(account, stored, also))) return false;
      notice?.afterCommit();
      emit('account.upstream_unlinked', account.id, stored.link.upstream, by);
      return true;
    },
  };
};
