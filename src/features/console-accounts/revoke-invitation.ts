import { type ConsoleHandler, consolePaths } from '../../services/console-pages/index.ts';
import { consoleConfirmPage } from '../../views/console/confirm.ts';
import { html } from '../../views/html.ts';
import { strong } from '../../views/identities.ts';
import type { ConsoleAccountsDependencies } from './dependencies.ts';

type Dependencies = Pick<ConsoleAccountsDependencies, 'accounts' | 'administration'>;

export const revokeInvitation =
  ({ accounts, administration }: Dependencies): ConsoleHandler =>
  async (visit) => {
    const { by, frame, csrf, method, params } = visit;
    const { id = '' } = params;
    const { invitations } = consolePaths;
    if (method === 'POST') {
      await administration.invitations.revoke(by, id);
      return { to: `${invitations}?done=revoked` };
    }
    const invitation = await administration.invitations.find(id);
    administration.requireRightOver(by, { operatorGroups: invitation.groups });
    if (invitation.groups.some(accounts.isRoleGroup)) visit.requireRecentSignIn();
    const { revoke: text } = frame.text.accounts.invitations;
    const page = consoleConfirmPage(frame, {
      title: text.title,
      body: html`<p>${strong(invitation.email)}</p><p>${text.explain}</p>`,
      action: `${invitations}/${encodeURIComponent(id)}`,
      csrf,
      back: invitations,
      submit: text.submit,
      isDanger: true,
    });
    return { page };
  };
