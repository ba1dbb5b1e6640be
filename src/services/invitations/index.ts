/**
 * Owns what an invitation is: a link with the claims of the account to be, sent by mail or given to the operator. The
 * command makes one, and features/invitation accepts it.
 */
import type { Config } from '#config';
import type { Write } from '../../store/port.ts';
import type { Claims } from '../accounts/index.ts';
import type { OneTimeLinks } from '../one-time-links/index.ts';
import { insertDelivery, mailQueue } from '../outbox/index.ts';

/** The purpose of the link, and the kind of its message. */
export const invitationPurpose = 'invitation';
export const invitationPath = '/account/invitation';

/** What the link holds. `claims` is JSON; the address is in it too, also when it was not proven. */
interface InvitationData {
  readonly username?: string;
  readonly claims: string;
  /** JSON too: groups that the operator chose. */
  readonly groups?: string;
}

/** What the outbox holds of the message. */
export interface InvitationMessage {
  /** The link is derived from it. */
  readonly id: string;
  readonly to: string;
  readonly language: string;
  /** Milliseconds since the epoch. */
  readonly until: string;
}

interface NewInvitation {
  readonly email: string;
  readonly username?: string | undefined;
  readonly claims: Claims;
  /** Only administrators and commands set them: they may give a role in the administration. */
  readonly groups?: readonly string[] | undefined;
  readonly lifetimeSeconds: number;
  /** The language of the message. Without it, no message is sent and the operator passes the link on. */
  readonly language?: string | undefined;
}

interface Dependencies {
  readonly links: Pick<OneTimeLinks, 'draft'>;
  readonly issuer: Config['issuer'];
  readonly now: number;
}

/** A link that the operator passes on proves nothing about the address, so only a mailed one names it. */
export const draftInvitation = (
  { links, issuer, now }: Dependencies,
  { email, username, claims, groups = [], lifetimeSeconds, language }: NewInvitation,
): { readonly url: string; readonly until: number; readonly writes: readonly Write[] } => {
  const data: InvitationData = {
    claims: JSON.stringify({ ...claims, email }),
    ...(username !== undefined && { username }),
    ...(groups.length > 0 && { groups: JSON.stringify(groups) }),
  };
  const isMailed = language !== undefined;
  const { id, token, write } = links.draft(
    { purpose: invitationPurpose, ...(isMailed && { email }), data: { ...data } },
    lifetimeSeconds,
  );
  const until = now + lifetimeSeconds * 1000;
  const about: InvitationMessage = { id, to: email, language: language ?? '', until: String(until) };
  const delivery = { kind: `mail.${invitationPurpose}`, about: { ...about }, tries: 0 };
  return {
    url: `${issuer}${invitationPath}/${token}`,
    until,
    writes: [write, ...(isMailed ? [insertDelivery(delivery, now, mailQueue)] : [])],
  };
};
