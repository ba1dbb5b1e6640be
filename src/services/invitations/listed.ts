import { exitCode, Failure } from '../../errors.ts';
import type { Events } from '../../events.ts';
import type { ListedLink, ListedLinks } from '../one-time-links/index.ts';
import { type InvitationRecord, invitationPurpose, readInvitation } from './record.ts';

/** An invitation that can be accepted, without its link. Times are milliseconds since the epoch. */
export interface ListedInvitation extends InvitationRecord {
  readonly id: string;
  readonly email: string;
  /** The link went by mail, so accepting it verifies the address. */
  readonly isMailed: boolean;
  readonly createdAt: number;
  readonly expiresAt: number;
}

interface Revocation {
  /** May refuse, by what the invitation would give. */
  readonly check?: (invitation: ListedInvitation) => void;
}

export interface RevocableInvitations {
  /** Newest first. A page may have fewer than `limit`, also none. */
  list(paging: { readonly limit: number; readonly cursor?: string }): Promise<{
    readonly items: readonly ListedInvitation[];
    readonly next?: string;
  }>;
  /** Throws `invitation_not_found` for one that was accepted, was revoked or has expired. */
  find(id: string): Promise<ListedInvitation>;
  /** Throws as `find` does. Of accepting and revoking at once one succeeds. */
  revoke(id: string, revocation?: Revocation): Promise<ListedInvitation>;
}

const notFound = (): Failure =>
  new Failure({
    code: 'invitation_not_found',
    status: 404,
    exit: exitCode.notFound,
    message: 'There is no such invitation: it was accepted or revoked, or has expired.',
  });

const toInvitation = (link: ListedLink): ListedInvitation => {
  const invitation = readInvitation(link);
  const { id, createdAt, expiresAt } = link;
  const email = String(invitation.claims['email'] ?? '');
  return { ...invitation, id, email, isMailed: link.email !== undefined, createdAt, expiresAt };
};

interface Dependencies {
  readonly links: ListedLinks;
  readonly events: Events;
}

export const createInvitations = ({ links, events }: Dependencies): RevocableInvitations => {
  const findLink = async (id: string): Promise<ListedLink> => {
    const link = await links.find(invitationPurpose, id);
    if (link === undefined) throw notFound();
    return link;
  };
  return {
    async list(paging) {
      const { items, next } = await links.list(invitationPurpose, paging);
      return { items: items.map(toInvitation), ...(next !== undefined && { next }) };
    },
    find: async (id) => toInvitation(await findLink(id)),
    async revoke(id, { check } = {}) {
      const link = await findLink(id);
      const invitation = toInvitation(link);
      check?.(invitation);
      if (!(await links.revoke(link))) throw notFound();
      events.emit({ type: 'account.invitation_revoked', outcome: 'ok', details: { invitation: id } });
      return invitation;
    },
  };
};
