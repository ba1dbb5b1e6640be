import type { ConsoleHandler } from '../../services/console-pages/index.ts';
import { clientPath } from '../../views/console/clients/paths.ts';
import { consoleConfirmPage } from '../../views/console/confirm.ts';
import { html } from '../../views/html.ts';
import { strong } from '../../views/identities.ts';
import type { ConsoleClientsDependencies } from './dependencies.ts';
import { findClient, nameOf } from './model.ts';

/** Also for clients of the configuration. */
export const setStopped =
  (
    { clients, administration }: Pick<ConsoleClientsDependencies, 'clients' | 'administration'>,
    isStopped: boolean,
  ): ConsoleHandler =>
  async (visit) => {
    const { by, frame, csrf, form } = visit;
    const client = await findClient(clients, visit);
    const back = clientPath(client.id);
    if (form['csrf'] !== undefined) {
      await administration.clients.setStopped(by, client.id, isStopped);
      return { to: `${back}?done=${isStopped ? 'stopped' : 'started'}` };
    }
    const text = isStopped ? frame.text.clients.stop : frame.text.clients.start;
    return {
      page: consoleConfirmPage(frame, {
        title: text.title,
        body: html`<p>${text.body(strong(nameOf(client)))}</p>`,
        action: `${back}/${isStopped ? 'stop' : 'start'}`,
        csrf,
        back,
        submit: text.submit,
        ...(isStopped && { isDanger: true as const }),
      }),
    };
  };
