/**
 * Owns what an invitation is: a link with the claims and groups of the account to be, sent by mail or passed on by the
 * operator. Commands and services/administration make, list and revoke them, and features/invitation accepts them.
 *
 * draft.ts   makes one
 * record.ts  what the link holds, and who made it
 * listed.ts  those that can be accepted, and how one is revoked
 */
export { draftInvitation, type InvitationMessage } from './draft.ts';
export { createInvitations, type ListedInvitation, type RevocableInvitations } from './listed.ts';
export {
  invitationPath,
  invitationPurpose,
  readInvitation,
} from './record.ts';
