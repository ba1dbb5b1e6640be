import { createServer, type RequestListener, type Server } from 'node:http';
import { freePort } from 'postern/testing';
import type { AddClient } from '#src/services/clients/index.ts';
import { type Owner, startInProcess, type TestServer } from '../support/setup/index.ts';

export const person = { login: 'ada', password: 'correct horse battery' };
export const profile = { name: 'Ada Lovelace', email: 'ada@example.com' };

/** Starts a server with one account; its clients are first-party, so consent is not asked. */
export const startInteropServer = (
  t: Owner,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<TestServer> =>
  startInProcess(t, {
    accounts: [{ username: person.login, password: person.password, ...profile }],
    ...settings,
  });

export interface Application {
  readonly id: string;
  readonly secret: string;
  readonly home: string;
  readonly port: number;
  readonly redirectUri: string;
}

/** Registers a client for an application that will listen on a free port. */
export const registerApplication = async (
  server: TestServer,
  type: NonNullable<AddClient['type']> = 'web',
  metadata: AddClient['metadata'] = {},
): Promise<Application> => {
  const port = await freePort();
  const home = `http://localhost:${port}`;
  const redirectUri = `${home}/callback`;
  const addresses =
    type === 'machine' || type === 'device'
      ? {}
      : { redirect_uris: [redirectUri], post_logout_redirect_uris: [home, `${home}/`] };
  const { id, secret = '' } = await server.addClient({
    type,
    metadata: { ...addresses, first_party: true, ...metadata },
  });
  return { id, secret, home, port, redirectUri };
};

export const startApplication = async (
  { port }: Application,
  app: RequestListener,
): Promise<{ close(): Promise<void> }> => {
  const server: Server = createServer(app);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
