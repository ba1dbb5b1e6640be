import type { Config } from '#config';
import { Failure } from '../../errors.ts';
import type { Events } from '../../events.ts';
import type { Clock, Store } from '../../store/port.ts';
import type { Accounts, Claims } from '../accounts/index.ts';
import { type Groups, groupNotFound } from '../groups/index.ts';
import { createInvitations, draftInvitation, type ListedInvitation } from '../invitations/index.ts';
import { isMailAddress, type Mail } from '../mail/index.ts';
import { createListedLinks, type OneTimeLinks } from '../one-time-links/index.ts';
import { mailQueue, requestSweep } from '../outbox/index.ts';
import { type Administrator, makerOf, requirePermission, requireRecentSignIn } from './administrator.ts';
import type { RecordChange } from './change-record.ts';
import type { ShownLink } from './credentials.ts';
import type { HasMakerRight } from './right-of-maker.ts';
import type { RightOver } from './right-over-account.ts';

interface Invited {
  readonly email: string;
  readonly username?: string | undefined;
  readonly claims: Claims;
  readonly groups: readonly string[];
  readonly lifetimeSeconds: number;
  /** The language of the message. Without it no message is sent, and the answer has the link. */
  readonly language?: string | undefined;
}

interface ShownInvitation extends ListedInvitation {
  /** False when it gives a role and its maker lost the right to: then it can't be accepted. */
  readonly isValid: boolean;
}

export interface InvitationAdministration {
  /** Lists invitations that weren't accepted yet, newest first. A page may have fewer than `limit`, also none. */
  list(paging: { readonly limit: number; readonly cursor?: string }): Promise<{
    readonly items: readonly ShownInvitation[];
    readonly next?: string;
  }>;
  find(id: string): Promise<ListedInvitation>;
  /** Sends a link with which a person creates their account, or returns it. */
  invite(by: Administrator, invited: Invited): Promise<ShownLink>;
  /** The link works no more. */
  revoke(by: Administrator, id: string): Promise<void>;
}

interface Dependencies extends RightOver {
  readonly config: Pick<Config, 'issuer'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Pick<Accounts, 'check' | 'checkNames'>;
  readonly groups: Pick<Groups, 'unknown'>;
  readonly links: Pick<OneTimeLinks, 'draft'>;
  readonly mail: Pick<Mail, 'isEnabled'>;
  readonly hasMakerRight: HasMakerRight;
  readonly recordChange: RecordChange;
}

const noMail = (): Failure =>
  new Failure({
    code: 'mail_not_configured',
    status: 409,
    message: 'No mail server is configured: set `mail`, or pass the link on yourself.',
  });

const noAddress = (): Failure =>
  new Failure({
    code: 'address_invalid',
    status: 422,
    message: 'Expected one e-mail address, as ada@example.com.',
  });

export const createInvitationAdministration = ({
  config: { issuer },
  store,
  clock,
  events,
  accounts,
  groups: groupService,
  links,
  mail,
  hasMakerRight,
  requireRightOver,
  recordChange,
}: Dependencies): InvitationAdministration => {
  const invitations = createInvitations({ links: createListedLinks({ store, clock }), events });
  return {
    async list(paging) {
      const { items, next } = await invitations.list(paging);
      const shown = items.map(async (one) => ({
        ...one,
        isValid: await hasMakerRight({ ...one, operatorGroups: one.groups }),
      }));
      return { items: await Promise.all(shown), ...(next !== undefined && { next }) };
    },

    find: invitations.find,

    async invite(by, { email, username, claims, groups, lifetimeSeconds, language }) {
      requirePermission(by, 'accounts');
      requireRightOver(by, { operatorGroups: groups });
      if (!isMailAddress(email)) throw noAddress();
      if (language === undefined || groups.length > 0) requireRecentSignIn(by, clock);
      if (language !== undefined && !mail.isEnabled) throw noMail();
      const [unknown] = await groupService.unknown(groups);
      if (unknown !== undefined) throw groupNotFound(unknown);
      accounts.check({ username: username ?? 'invited person', claims: { ...claims, email } });
      const isMailed = language !== undefined;
      await accounts.checkNames({ username, claims: { ...claims, email, email_verified: isMailed } });
      const { url, until, writes } = draftInvitation(
        { links, issuer, now: clock.now() },
        { email, username, claims, groups, maker: makerOf(by), lifetimeSeconds, language },
      );
      await store.commit(writes);
      if (language !== undefined) await requestSweep(store, mailQueue);
      recordChange(by, {
        operation: 'account.invite',
        details: { email, mailed: language !== undefined, groups: groups.join(' ') },
      });
      return { url, until };
    },

    async revoke(by, id) {
      requirePermission(by, 'accounts');
      const { email, groups } = await invitations.revoke(id, {
        check: ({ groups: named }) => requireRightOver(by, { operatorGroups: named }),
      });
      recordChange(by, {
        operation: 'account.invitation_revoke',
        details: { email, groups: groups.join(' '), invitation: id },
      });
    },
  };
};
