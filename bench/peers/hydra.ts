/**
 * Hydra, by the program in `HYDRA`, on PostgreSQL where that is installed, else in memory. It shows no pages: the bench
 * accepts its login and consent requests by its admin API, so it has no flow `authorize` of one request.
 */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import { freePort } from '#src/testing/free-port.ts';
import type { ComparedFlow } from '../compare/flows.ts';
import { endProcess } from '../end-process.ts';
import { challenge, claims, clientOf, machineClient, redirectUri, secret, verifier } from '../fixtures.ts';
import { formRequest } from '../load/request.ts';
import { type Peer, type PeerFlow, PeerNotInstalled } from './peer.ts';
import { databaseUser, startPostgres } from './postgresql.ts';

const startTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;
/** As many as the load has connections. */
const browsers = 8;
const scope = 'openid offline_access';
const app = clientOf('ES256');

const redeem = (code: string) =>
  formRequest('/oauth2/token', app, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });

const flows = {
  exchange: {
    title: 'code exchange',
    status: 200,
    uses: 'code',
    makes: { kind: 'refresh-token', pattern: /"refresh_token":"([\w.-]+)"/ },
    request: redeem,
  },
  refresh: {
    title: 'refresh with rotation',
    status: 200,
    uses: 'refresh-token',
    request: (token) =>
      formRequest('/oauth2/token', app, { grant_type: 'refresh_token', refresh_token: token }),
  },
  'client-credentials': {
    title: 'client credentials',
    status: 200,
    request: () => formRequest('/oauth2/token', machineClient, { grant_type: 'client_credentials' }),
  },
} satisfies Partial<Record<PeerFlow, ComparedFlow>>;

const accessTokens: ComparedFlow = {
  title: 'access tokens',
  status: 200,
  uses: 'code',
  makes: { kind: 'access-token', pattern: /"access_token":"([\w.-]+)"/ },
  request: redeem,
};

const sendJson = async (method: string, url: string, body: unknown): Promise<Record<string, unknown>> => {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${answer}`);
  return JSON.parse(answer);
};

interface Origins {
  readonly origin: string;
  readonly admin: string;
}

/** Signs a new person in and consents for them; returns the code. */
const makeCode = async ({ origin, admin }: Origins, subject: string): Promise<string> => {
  const jar = new Map<string, string>();
  const follow = async (url: string): Promise<URL> => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
    });
    await response.text();
    for (const line of response.headers.getSetCookie()) {
      const [name = '', ...value] = (line.split(';')[0] ?? '').split('=');
      jar.set(name, value.join('='));
    }
    return new URL(response.headers.get('location') ?? '', url);
  };
  const accept = async (kind: 'login' | 'consent', at: URL, body: object): Promise<URL> => {
    const parameter = `${kind}_challenge`;
    const query = new URLSearchParams({ [parameter]: at.searchParams.get(parameter) ?? '' });
    const { redirect_to: next } = await sendJson(
      'PUT',
      `${admin}/admin/oauth2/auth/requests/${kind}/accept?${query}`,
      body,
    );
    return follow(String(next));
  };
  const login = await follow(
    `${origin}/oauth2/auth?${new URLSearchParams({
      client_id: app,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope,
      state: 'a-state-of-a-request',
      nonce: 'a-nonce-of-a-request',
      code_challenge: challenge,
      code_challenge_method: 'S256',
    })}`,
  );
  const consent = await accept('login', login, { subject });
  const callback = await accept('consent', consent, {
    grant_scope: scope.split(' '),
    session: { id_token: claims },
  });
  const code = callback.searchParams.get('code');
  if (code === null) throw new Error(`Hydra gave no code: ${callback}`);
  return code;
};

const makeCodes = async (origins: Origins, count: number): Promise<readonly string[]> => {
  const codes: string[] = [];
  let started = 0;
  const browse = async (): Promise<void> => {
    while (started < count) codes.push(await makeCode(origins, `person-${started++}`));
  };
  await Promise.all(Array.from({ length: browsers }, browse));
  return codes;
};

const addClients = async (admin: string): Promise<void> => {
  const common = { client_secret: secret, token_endpoint_auth_method: 'client_secret_basic', scope };
  await sendJson('POST', `${admin}/admin/clients`, {
    ...common,
    client_id: app,
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    redirect_uris: [redirectUri],
  });
  await sendJson('POST', `${admin}/admin/clients`, {
    ...common,
    client_id: machineClient,
    grant_types: ['client_credentials'],
  });
  for (const set of ['hydra.openid.id-token', 'hydra.jwt.access-token'])
    await sendJson('POST', `${admin}/admin/keys/${set}`, { alg: 'ES256', use: 'sig', kid: `${set}-es256` });
};

export const startHydra = async (): Promise<Peer> => {
  const program = process.env['HYDRA'] ?? '';
  if (program === '' || !existsSync(program))
    throw new PeerNotInstalled('Hydra: HYDRA names no program (bench/peers/README.md).');
  const postgres = await startPostgres();
  const folder = mkdtempSync(join(tmpdir(), 'postern-hydra-'));
  const [port, adminPort] = [await freePort(), await freePort()];
  const origin = `http://localhost:${port}`;
  const admin = `http://localhost:${adminPort}`;
  const settings = join(folder, 'hydra.yaml');
  // Two connections for each core, the default, block one another: a request that holds one needs another for the keys.
  const dsn = postgres
    ? `postgres://${databaseUser}@127.0.0.1:${postgres.port}/postgres?sslmode=disable&max_conns=40`
    : 'memory';
  writeFileSync(
    settings,
    stringify({
      dsn,
      serve: {
        public: { port, host: '127.0.0.1' },
        admin: { port: adminPort, host: '127.0.0.1' },
      },
      urls: { self: { issuer: origin }, login: `${origin}/login`, consent: `${origin}/consent` },
      secrets: { system: [secret] },
      strategies: { access_token: 'jwt' },
      oauth2: { pkce: { enforced: true } },
    }),
  );
  const { version = 'unknown' } =
    /(?<version>v?\d+\.\d+\.\d+)/.exec(execFileSync(program, ['version'], { encoding: 'utf8' }))?.groups ??
    {};
  if (postgres)
    execFileSync(program, ['migrate', 'sql', 'up', '-e', '--yes', '-c', settings], {
      stdio: 'ignore',
      env: { ...process.env, DSN: dsn },
    });
  const child = spawn(program, ['serve', 'all', '--dev', '-c', settings], { stdio: 'ignore' });
  const close = async (): Promise<void> => {
    await endProcess(child, stopTimeoutMs);
    await postgres?.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const isReady = (): Promise<boolean> =>
    fetch(`${admin}/health/ready`).then(
      (response) => response.ok,
      () => false,
    );
  try {
    for (const end = performance.now() + startTimeoutMs; !(await isReady()); await sleep(200)) {
      if (child.exitCode !== null || performance.now() > end) throw new Error('Hydra did not start');
    }
    await addClients(admin);
    return {
      label: `Hydra ${version}${postgres ? `, PostgreSQL ${postgres.version}` : ', in memory'}`,
      port,
      pid: child.pid ?? 0,
      ...(postgres && { databasePid: postgres.pid }),
      cookies: [],
      flows,
      supplies: [flows.exchange, accessTokens],
      makeCodes: (count) => makeCodes({ origin, admin }, count),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
