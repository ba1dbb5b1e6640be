/** Keycloak from the folder in `KEYCLOAK_HOME`, on PostgreSQL where that is installed, else on its own file. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#src/testing/free-port.ts';
import type { ComparedFlow } from '../compare/flows.ts';
import { password, usernames } from '../compare/settings.ts';
import { endProcess } from '../end-process.ts';
import { challenge, clientOf, machineClient, redirectUri, verifier } from '../fixtures.ts';
import { formRequest } from '../load/request.ts';
import { realm, realmFile } from './keycloak-realm.ts';
import { type Peer, type PeerFlow, PeerNotInstalled } from './peer.ts';
import { databaseUser, type RunningPostgres, startPostgres } from './postgresql.ts';
import { signInByForm } from './sign-in-by-form.ts';

const startTimeoutMs = 180_000;
const stopTimeoutMs = 20_000;

const base = `/realms/${realm}/protocol/openid-connect`;
const app = clientOf('ES256');

const authorizePath = `${base}/auth?${new URLSearchParams({
  client_id: app,
  response_type: 'code',
  redirect_uri: redirectUri,
  scope: 'openid profile email',
  state: 'a-state-of-a-request',
  nonce: 'a-nonce-of-a-request',
  code_challenge: challenge,
  code_challenge_method: 'S256',
})}`;

const redeem = (code: string) =>
  formRequest(`${base}/token`, app, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: redirectUri,
    code_verifier: verifier,
  });

const flows = {
  authorize: {
    title: 'authorize with a live session',
    status: 302,
    uses: 'cookies',
    makes: { kind: 'code', pattern: /[?&]code=([\w.-]+)/ },
    request: (cookies) => ({
      method: 'GET',
      path: authorizePath,
      headers: { cookie: cookies, accept: 'text/html' },
    }),
  },
  exchange: {
    title: 'code exchange',
    status: 200,
    uses: 'code',
    makes: { kind: 'refresh-token', pattern: /"refresh_token":"([\w.-]+)"/ },
    request: redeem,
  },
  refresh: {
    title: 'refresh',
    status: 200,
    uses: 'refresh-token',
    request: (token) =>
      formRequest(`${base}/token`, app, { grant_type: 'refresh_token', refresh_token: token }),
  },
  'client-credentials': {
    title: 'client credentials',
    status: 200,
    request: () => formRequest(`${base}/token`, machineClient, { grant_type: 'client_credentials' }),
  },
  introspection: {
    title: 'introspection',
    status: 200,
    uses: 'access-token',
    request: (token) => formRequest(`${base}/token/introspect`, app, { token }),
  },
} satisfies Record<PeerFlow, ComparedFlow>;

const accessTokens: ComparedFlow = {
  title: 'access tokens',
  status: 200,
  uses: 'code',
  makes: { kind: 'access-token', pattern: /"access_token":"([\w.-]+)"/ },
  request: redeem,
};

const databaseOptions = (postgres: RunningPostgres | undefined): readonly string[] =>
  postgres
    ? [
        '--db=postgres',
        `--db-url=jdbc:postgresql://127.0.0.1:${postgres.port}/postgres`,
        `--db-username=${databaseUser}`,
      ]
    : ['--db=dev-file'];

export const startKeycloak = async (): Promise<Peer> => {
  const home = process.env['KEYCLOAK_HOME'] ?? '';
  const program = join(home, 'bin/kc.sh');
  if (home === '' || !existsSync(program))
    throw new PeerNotInstalled('Keycloak: KEYCLOAK_HOME names no folder of it (bench/peers/README.md).');
  const postgres = await startPostgres();
  const folder = mkdtempSync(join(tmpdir(), 'postern-keycloak-'));
  const port = await freePort();
  const managementPort = await freePort();
  const env = { ...process.env, KC_DB_PASSWORD: 'unused' };
  const database = databaseOptions(postgres);
  writeFileSync(join(folder, 'realm.json'), JSON.stringify(realmFile()));
  const [version = 'unknown'] =
    /\d+\.\d+\.\d+/.exec(execFileSync(program, ['--version'], { encoding: 'utf8', env })) ?? [];
  try {
    execFileSync(program, ['import', '--file', join(folder, 'realm.json'), ...database], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } catch (error) {
    await postgres?.close();
    throw error;
  }
  const child = spawn(
    program,
    [
      'start',
      ...database,
      '--http-enabled=true',
      '--http-host=127.0.0.1',
      `--http-port=${port}`,
      `--http-management-port=${managementPort}`,
      `--hostname=http://localhost:${port}`,
      '--cache=local',
    ],
    { env, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  const close = async (): Promise<void> => {
    await endProcess(child, stopTimeoutMs);
    await postgres?.close();
    rmSync(folder, { recursive: true, force: true });
  };
  const origin = `http://localhost:${port}`;
  const isReady = (): Promise<boolean> =>
    fetch(`${origin}/realms/${realm}`).then(
      (response) => response.ok,
      () => false,
    );
  try {
    for (const end = performance.now() + startTimeoutMs; !(await isReady()); await sleep(500)) {
      if (child.exitCode !== null || performance.now() > end) throw new Error('Keycloak did not start');
    }
    const cookies: string[] = [];
    for (const username of usernames)
      cookies.push(await signInByForm({ origin, authorize: authorizePath, fields: { username, password } }));
    return {
      label: `Keycloak ${version}${postgres ? `, PostgreSQL ${postgres.version}` : ', its own file'}`,
      port,
      pid: child.pid ?? 0,
      ...(postgres && { databasePid: postgres.pid }),
      cookies,
      flows,
      supplies: [flows.authorize, flows.exchange, accessTokens],
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
};
