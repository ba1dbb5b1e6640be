import { type ConsoleHandler, consolePaths } from '../../services/console-pages/index.ts';
import { consoleConfirmPage } from '../../views/console/confirm.ts';
import { html } from '../../views/html.ts';
import { strong } from '../../views/identities.ts';
import type { ConsoleAccountsDependencies } from './dependencies.ts';
import { findChangeable } from './find.ts';

export const disconnectApp =
  (dependencies: ConsoleAccountsDependencies): ConsoleHandler =>
  async (visit) => {
    const { by, frame, csrf, method, params } = visit;
    const account = await findChangeable(dependencies, visit);
    const { client = '' } = params;
    const path = consolePaths.account(account.id);
    if (method === 'POST') {
      await dependencies.administration.sessions.revokeConsent(by, account.id, client);
      return { to: `${path}?done=app` };
    }
    const name = (await dependencies.clients.get(client))?.metadata.client_name ?? client;
    const { disconnect: text } = frame.text.accounts;
    const page = consoleConfirmPage(frame, {
      title: text.title(name),
      body: html`<p>${strong(account.username)}</p><p>${text.explain}</p>`,
      action: `${path}/apps/${encodeURIComponent(client)}`,
      csrf,
      back: path,
      submit: text.submit,
      isDanger: true,
    });
    return { page };
  };
