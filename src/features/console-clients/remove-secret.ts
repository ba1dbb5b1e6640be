import { Failure } from '../../errors.ts';
import type { ConsoleHandler } from '../../services/console-pages/index.ts';
import { clientPath } from '../../views/console/clients/paths.ts';
import { consoleConfirmPage } from '../../views/console/confirm.ts';
import { html } from '../../views/html.ts';
import { strong } from '../../views/identities.ts';
import type { ConsoleClientsDependencies } from './dependencies.ts';
import { findClient, nameOf } from './model.ts';

export const removeSecret =
  ({
    clients,
    administration,
  }: Pick<ConsoleClientsDependencies, 'clients' | 'administration'>): ConsoleHandler =>
  async (visit) => {
    const { by, frame, csrf, form, params } = visit;
    const client = await findClient(clients, visit);
    const secret = client.secrets.find(({ name }) => name === params['name']);
    if (secret === undefined)
      throw new Failure({ code: 'secret_not_found', message: 'There is no such secret.', status: 404 });
    const back = `${clientPath(client.id)}/secrets`;
    if (form['csrf'] !== undefined) {
      await administration.clients.removeSecret(by, client.id, secret.name);
      return { to: `${back}?done=removed` };
    }
    const { secrets: text } = frame.text.clients;
    return {
      page: consoleConfirmPage(frame, {
        title: text.removeTitle,
        body: html`<p>${text.removeBody(strong(secret.name), strong(nameOf(client)))}</p>`,
        action: `${back}/${encodeURIComponent(secret.name)}`,
        csrf,
        back,
        submit: text.removeTitle,
        isDanger: true,
      }),
    };
  };
