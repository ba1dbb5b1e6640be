import type { ConsoleHandler } from '../../services/console-pages/index.ts';
import { clientPath, clientsPath } from '../../views/console/clients/paths.ts';
import { consoleConfirmPage } from '../../views/console/confirm.ts';
import { html } from '../../views/html.ts';
import { strong } from '../../views/identities.ts';
import type { ConsoleClientsDependencies } from './dependencies.ts';
import { findClient, nameOf } from './model.ts';

export const removeClient =
  ({
    clients,
    administration,
  }: Pick<ConsoleClientsDependencies, 'clients' | 'administration'>): ConsoleHandler =>
  async (visit) => {
    const { by, frame, csrf, form } = visit;
    const client = await findClient(clients, visit);
    const isSent = form['csrf'] !== undefined;
    if (isSent && form['typed']?.trim() === client.id) {
      await administration.clients.remove(by, client.id);
      return { to: `${clientsPath}?done=removed` };
    }
    const { remove: text } = frame.text.clients;
    return {
      page: consoleConfirmPage(frame, {
        title: text.title,
        body: html`<p>${text.body(strong(nameOf(client)))}</p>`,
        action: `${clientPath(client.id)}/remove`,
        csrf,
        back: clientPath(client.id),
        submit: text.submit,
        isDanger: true,
        typed: { label: frame.text.confirm.typed(html`<code>${client.id}</code>`), isWrong: isSent },
      }),
      ...(isSent && { status: 422 }),
    };
  };
