import { type ClientKey, newKey, proof } from '../support/proofs.ts';
import {
  basicAuthorization,
  type Owner,
  redirectUri,
  secret,
  startInProcess,
  type TestServer,
} from '../support/setup/index.ts';

export const adminPath = '/api/admin/v1';

export const allScopes =
  'admin:read admin:accounts admin:clients admin:sessions admin:keys admin:audit admin:roles';

export interface Caller {
  readonly token: string;
  /** The key that the token is bound to. */
  readonly key?: ClientKey;
}

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any;
}

interface Call {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly caller?: Caller;
}

export interface AdminServer {
  readonly server: TestServer;
  readonly issuer: string;
  /** A token that a machine client got for itself, bound to a key. */
  machine(scope?: string): Promise<Caller>;
  /** A token of a person with this role, by the authorization code flow. */
  person(
    username: string,
    options?: { readonly scope?: string; readonly ago?: number; readonly amr?: readonly string[] },
  ): Promise<Caller>;
  call(method: string, path: string, call?: Call): Promise<Answer>;
}

const tokenFrom = async (response: Response): Promise<string> => {
  const body: unknown = await response.json();
  const token: unknown = Object(body).access_token;
  if (typeof token !== 'string') throw new Error(`no token: ${JSON.stringify(body)}`);
  return token;
};

export const groupOf = { viewer: 'postern-viewers', support: 'postern-support', admin: 'postern-admins' };

/** Starts a server with one person in each role, a machine client, and a client for people. */
export const startAdminServer = async (
  owner: Owner,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<AdminServer> => {
  const server = await startInProcess(owner, { admin: { enabled: true }, ...settings });
  const { issuer } = server;
  const resources = [`${issuer}/api/admin`];
  const { accounts, groups } = server.app.services;
  for (const [role, name] of Object.entries(groupOf)) {
    await groups.add({ name });
    await accounts.add({ username: role, groups: [name] }, { mayChangeRoles: true });
  }
  await accounts.add({ username: 'nobody-special' });
  await server.addClient({ type: 'machine', id: 'machine', secret, metadata: { resources } });
  await server.addClient({
    type: 'web',
    id: 'console',
    secret,
    metadata: { resources, redirect_uris: [redirectUri], first_party: true },
  });

  const exchange = async (client: string, form: Record<string, string>, key?: ClientKey) =>
    tokenFrom(
      await fetch(`${issuer}/oauth/token`, {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: {
          ...basicAuthorization(client),
          ...(key && { dpop: await proof(key, `${issuer}/oauth/token`) }),
        },
      }),
    );

  return {
    server,
    issuer,
    async machine(scope = allScopes) {
      const key = await newKey();
      const token = await exchange('machine', { grant_type: 'client_credentials', scope }, key);
      return { token, key };
    },
    async person(username, { scope = allScopes, ago = 0, amr = ['pwd'] } = {}) {
      const session = await server.signIn(username, { ago, amr });
      const { code, codeVerifier = '' } = await server.authorizationCode({
        client: 'console',
        session,
        scope,
        resource: resources,
      });
      const token = await exchange('console', {
        grant_type: 'authorization_code',
        code,
        redirect_uri: redirectUri,
        code_verifier: codeVerifier,
      });
      return { token };
    },
    async call(method, path, { body, headers = {}, caller } = {}) {
      const url = `${issuer}${path.startsWith('/api') ? path : adminPath + path}`;
      const authorization = caller && {
        authorization: `${caller.key ? 'DPoP' : 'Bearer'} ${caller.token}`,
        ...(caller.key && { dpop: await proof(caller.key, url, { htm: method, token: caller.token }) }),
      };
      const response = await fetch(url, {
        method,
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...authorization,
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      const isJson = /[/+]json/.test(response.headers.get('content-type') ?? '');
      return {
        status: response.status,
        headers: response.headers,
        text,
        body: isJson ? JSON.parse(text) : undefined,
      };
    },
  };
};
