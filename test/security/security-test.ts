import type { Test } from 'tap';
import type { SecurityEvent } from '#src/events.ts';
import type { Clock } from '#src/store/port.ts';
import {
  RelyingParty,
  redirectUri,
  secret,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';
import { documentsOf } from '../support/stored-entries.ts';

export const spaUri = 'https://spa.example/callback';

/** The usual account and client, a second confidential client, a public one, and an API. */
export const threeClients = {
  ...usualConfig,
  resources: [{ audience: 'https://api.example', scopes: ['read', 'write'] }],
  clients: [
    ...usualConfig.clients,
    {
      client_id: 'other',
      client_secret: `${secret}-of-the-other`,
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      first_party: true,
    },
    {
      client_id: 'spa',
      token_endpoint_auth_method: 'none',
      redirect_uris: [spaUri, redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      first_party: true,
    },
  ],
};

export interface SecurityTest {
  readonly server: TestServer;
  readonly issuer: string;
  readonly host: string;
  readonly events: SecurityEvent[];
  readonly app: RelyingParty;
  readonly other: RelyingParty;
  readonly spa: RelyingParty;
  /** Counts the stored documents. */
  stored(): Promise<number>;
}

export const startSecurityTest = async (
  t: Test,
  config: Readonly<Record<string, unknown>> = {},
  clock: Clock = Date,
): Promise<SecurityTest> => {
  const server = await startInProcess(t, { ...threeClients, ...config }, { clock });
  const events: SecurityEvent[] = [];
  server.app.events.listen((event) => events.push(event));
  const { issuer, store } = server;
  return {
    server,
    issuer,
    host: new URL(issuer).host,
    events,
    app: new RelyingParty(issuer),
    other: new RelyingParty(issuer, 'other', `${secret}-of-the-other`),
    spa: new RelyingParty(issuer, 'spa', ''),
    stored: async () => (await documentsOf(store)).length,
  };
};
