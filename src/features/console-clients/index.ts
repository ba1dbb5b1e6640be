/**
 * Owns the pages for clients in the console.
 *
 * GET      /admin/clients                        the list, with a search and a filter
 * GET      /admin/new-client                     what kind of client
 * GET POST /admin/new-client/:type               its settings; the answer to the POST shows the secret, this once
 * GET POST /admin/new-client/application/:name   the same for a well-known application
 * GET      /admin/clients/:id
 * GET POST /admin/clients/:id/edit
 * GET POST /admin/clients/:id/env                the environment variables of the application, as a file
 * GET POST /admin/clients/:id/logo               uploads or removes its logo
 * GET POST /admin/clients/:id/secrets            adds and replaces secrets
 * GET POST /admin/clients/:id/secrets/:name      removes one
 * GET POST /admin/clients/:id/stop, start, remove
 */
import type { Feature } from '../../feature.ts';
import { type ConsoleHandler, formRoutes } from '../../services/console-pages/index.ts';
import { clientsPath, newClientPath, newRecipePath } from '../../views/console/clients/paths.ts';
import type { ConsoleClientsDependencies } from './dependencies.ts';

type Load = () => Promise<ConsoleHandler>;

const formAt = (path: string, load: Load, options: { readonly needsRecentSignIn?: true } = {}) =>
  formRoutes({ path, permission: 'clients', load, ...options });

const recent = { needsRecentSignIn: true } as const;

export const consoleClients = (all: ConsoleClientsDependencies): Feature => {
  const client = `${clientsPath}/:id`;
  const secrets: Load = async () => (await import('./secrets.ts')).secrets(all);
  return {
    name: 'console-clients',
    console: {
      menu: { path: clientsPath, permission: 'read', label: ({ clients }) => clients.menu },
      routes: [
        {
          method: 'GET',
          path: clientsPath,
          permission: 'read',
          load: async () => (await import('./list.ts')).listClients(all),
        },
        {
          method: 'GET',
          path: newClientPath,
          permission: 'clients',
          load: async () => (await import('./choose.ts')).chooseKind(),
        },
        ...formAt(
          `${newClientPath}/:type`,
          async () => (await import('./add-by-type.ts')).addByType(all),
          recent,
        ),
        ...formAt(
          `${newRecipePath}/:name`,
          async () => (await import('./add-by-recipe.ts')).addByRecipe(all),
          recent,
        ),
        {
          method: 'GET',
          path: client,
          permission: 'read',
          load: async () => (await import('./show.ts')).showClient(all),
        },
        ...formAt(`${client}/edit`, async () => (await import('./edit.ts')).editClient(all)),
        ...formAt(`${client}/env`, async () => (await import('./environment.ts')).environmentFile(all)),
        ...formRoutes({
          path: `${client}/logo`,
          permission: 'clients',
          takesFile: true,
          load: async () => (await import('./logo.ts')).clientLogo(all),
        }),
        { method: 'GET', path: `${client}/secrets`, permission: 'read', load: secrets },
        { method: 'POST', path: `${client}/secrets`, permission: 'clients', load: secrets, ...recent },
        ...formAt(
          `${client}/secrets/:name`,
          async () => (await import('./remove-secret.ts')).removeSecret(all),
          recent,
        ),
        ...formAt(`${client}/stop`, async () => (await import('./stop.ts')).setStopped(all, true)),
        ...formAt(`${client}/start`, async () => (await import('./stop.ts')).setStopped(all, false)),
        ...formAt(`${client}/remove`, async () => (await import('./remove.ts')).removeClient(all)),
      ],
    },
  };
};
