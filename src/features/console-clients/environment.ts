import { Failure } from '../../errors.ts';
import type { ConsoleHandler } from '../../services/console-pages/index.ts';
import { environmentBlock } from '../../services/recipes/connection.ts';
import type { ConsoleClientsDependencies } from './dependencies.ts';
import { findClient } from './model.ts';

/**
 * The secret isn't stored in clear, so the page that shows it this once sends it along in its form. It is in no address
 * and no log, and what comes back is a file that no browser shows.
 */
export const environmentFile =
  ({ config, clients }: Pick<ConsoleClientsDependencies, 'config' | 'clients'>): ConsoleHandler =>
  async (visit) => {
    const client = await findClient(clients, visit);
    const { secret } = visit.form;
    if (secret !== undefined && !/^[\w.~-]{1,256}$/.test(secret))
      throw new Failure({ code: 'invalid_request', message: 'This is no secret of a client.' });
    return {
      file: `${environmentBlock(config, client.metadata, secret)}\n`,
      type: 'text/plain; charset=utf-8',
      name: 'client.env',
    };
  };
