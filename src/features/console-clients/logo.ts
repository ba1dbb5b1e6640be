import {
  type ConsoleAnswer,
  type ConsoleHandler,
  type ConsoleVisit,
  problemOf,
} from '../../services/console-pages/index.ts';
import { imageOf } from '../../services/images/index.ts';
import { clientTabs } from '../../views/console/clients/client.ts';
import { clientPath } from '../../views/console/clients/paths.ts';
import { imageFormPage } from '../../views/console/image-form.ts';
import type { ConsoleClientsDependencies } from './dependencies.ts';
import { assertChangeable, findClient, mayAdminister, modelOf } from './model.ts';

type Dependencies = Pick<ConsoleClientsDependencies, 'config' | 'clients' | 'administration'>;

/** Uploads the logo of a client. */
export const clientLogo = ({ config, clients, administration }: Dependencies): ConsoleHandler => {
  const show = async (visit: ConsoleVisit, problem?: string): Promise<string> => {
    const { frame, csrf } = visit;
    const client = await findClient(clients, visit);
    const { logo_uri: uri } = client.metadata;
    const own = typeof uri === 'string' && uri.startsWith(`${config.issuer}/`);
    const { logo: text } = frame.text.clients;
    return imageFormPage(frame, {
      title: client.metadata.client_name ?? client.id,
      tabs: clientTabs(frame, modelOf(client, visit), 'logo'),
      hint: text.hint,
      action: `${clientPath(client.id)}/logo`,
      back: clientPath(client.id),
      csrf,
      version: client.version ?? '',
      shown: own ? uri.slice(config.issuer.length) : undefined,
      // The policy of the console lets no image of another site in.
      elsewhere: own || uri === undefined ? undefined : String(uri),
      canRemove: uri !== undefined,
      problem,
    });
  };

  return async (visit): Promise<ConsoleAnswer> => {
    const { by, method, form, file, frame } = visit;
    const client = await findClient(clients, visit);
    assertChangeable(client);
    // A file can't be kept over a sign-in, so a client that may need one is asked for it before.
    if (method === 'GET' && mayAdminister(config, client)) visit.requireRecentSignIn();
    if (method === 'GET') return { page: await show(visit) };
    const isRemoval = form['action'] === 'remove';
    if (!isRemoval && file === undefined)
      return { page: await show(visit, frame.text.branding.form.missing), status: 422 };
    try {
      await administration.clients.setLogo(by, client.id, isRemoval || !file ? undefined : imageOf(file), {
        ifVersion: form['version'] ?? '',
      });
      return { to: `${clientPath(client.id)}?done=saved` };
    } catch (error) {
      const { message, status } = problemOf(error, frame.text);
      return { page: await show(visit, message), status };
    }
  };
};
