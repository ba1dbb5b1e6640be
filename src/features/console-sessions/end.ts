import { Failure } from '../../errors.ts';
import { type ConsoleHandler, consolePaths } from '../../services/console-pages/index.ts';
import { describeBrowser } from '../../views/browser-name.ts';
import { consoleConfirmPage } from '../../views/console/confirm.ts';
import { html } from '../../views/html.ts';
import { strong } from '../../views/identities.ts';
import type { ConsoleSessionsDependencies } from './dependencies.ts';

const sessionNotFound = (message: string): Failure =>
  new Failure({ code: 'session_not_found', status: 404, message });

export const endSession =
  ({ accounts, administration, sessions }: ConsoleSessionsDependencies): ConsoleHandler =>
  async (visit) => {
    const { by, frame, csrf, method, params } = visit;
    const { id = '' } = params;
    const { sessions: text } = frame.text;
    if (method === 'POST') {
      const ended = await administration.sessions.end(by, id);
      const query = new URLSearchParams({ account: ended.account, done: 'yes' });
      return { to: `${consolePaths.sessions}?${query}` };
    }
    const session = await sessions.find(id);
    if (session === undefined) throw sessionNotFound(text.gone);
    const account = await accounts.find(session.account);
    if (account) {
      administration.requireRightOver(by, account);
      if (account.operatorGroups.some(accounts.isRoleGroup)) visit.requireRecentSignIn();
    }
    const { username } = account ?? { username: session.account };
    const page = consoleConfirmPage(frame, {
      title: text.endTitle,
      body: html`<p>${strong(username)}, ${describeBrowser(frame.page.messages, session.origin.userAgent)}</p><p>${text.explain}</p>`,
      action: `${consolePaths.sessions}/${encodeURIComponent(id)}`,
      csrf,
      back: consolePaths.sessions,
      submit: text.submit,
      isDanger: true,
    });
    return { page };
  };
