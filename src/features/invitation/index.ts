/**
 * Owns accepting an invitation, which `postern account invite` makes. The page exists without a mail server too, because
 * the operator may pass the link on.
 *
 * GET  /account/invitation/:token   the form of the new account; it changes nothing
 * POST /account/invitation/:token   a field is wrong: 422 · otherwise the link is used up and the account added, in one
 *                                   commit: 303 to /account/invitation
 * GET  /account/invitation          says that the account is ready; `?to=administration` leads to the console
 *
 * The address counts as verified only if the link came by mail. A link that gives a role in the administration is gone
 * (410) once its maker may not give one.
 *
 * The person signs in afterwards. The engine makes a session at the end of an authorization request, which asks for second
 * factors and what else is required of the account; no such request is under way here. A form that also signed in would
 * let its maker sign the browser of another person in to an account of theirs.
 */
import type { Feature } from '../../feature.ts';
import { invitationPurpose } from '../../services/invitations/index.ts';
import { acceptPages } from './accept-pages.ts';
import type { InvitationDependencies } from './dependencies.ts';
import { createComposeInvitation } from './message.ts';

export const invitation = (dependencies: InvitationDependencies): Feature => {
  dependencies.mail.compose(invitationPurpose, createComposeInvitation(dependencies));
  return { name: 'invitation', pages: acceptPages(dependencies) };
};
