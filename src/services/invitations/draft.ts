import type { Config } from '#config';
import type { Write } from '../../store/port.ts';
import type { Claims } from '../accounts/index.ts';
import type { LinkMaker, OneTimeLinks } from '../one-time-links/index.ts';
import { insertDelivery, mailQueue } from '../outbox/index.ts';
import { invitationPath, invitationPurpose, writeInvitation } from './record.ts';

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
  /** They may give a role in the administration; then the maker must still have the right when the link is used. */
  readonly groups?: readonly string[] | undefined;
  readonly maker: LinkMaker;
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
  { email, username, claims, groups = [], maker, lifetimeSeconds, language }: NewInvitation,
): { readonly url: string; readonly until: number; readonly writes: readonly Write[] } => {
  const data = writeInvitation({ username, claims: { ...claims, email }, groups, maker });
  const isMailed = language !== undefined;
  const { id, token, write } = links.draft(
    { purpose: invitationPurpose, ...(isMailed && { email }), data },
    lifetimeSeconds,
    { isListed: true },
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
