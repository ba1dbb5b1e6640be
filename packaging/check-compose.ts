/**
 * Starts the services of docker-compose.yml as processes, with the settings of the file, and signs in over TLS:
 * `npm run check:compose`, with Caddy on the PATH. Paths and host names of the containers are replaced by those of this
 * machine, and nothing else: the servers are the bundle with the variables of image and file, TLS is Caddy with
 * examples/compose/Caddyfile.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { freePort } from '#src/testing/free-port.ts';
import { startCluster } from '../test/support/redis-cluster.ts';
import { waitFor } from '../test/support/wait-for.ts';
import { buildBundle } from './build-bundle.ts';
import { redirectUri, type Site, send, signIn } from './sign-in.ts';

const root = resolve(import.meta.dirname, '..');
type Variables = Readonly<Record<string, string>>;

interface Service {
  readonly environment: Variables;
  readonly command: readonly string[];
}

const read = (file: string): Promise<string> => readFile(join(root, file), 'utf8');

const services: Readonly<Record<string, Service>> = parse(await read('docker-compose.yml'), {
  merge: true,
}).services;

const imageVariables = async (): Promise<Variables> => {
  const lines = [...(await read('Dockerfile')).matchAll(/^\s*(?:ENV )?\s*(\w+)=(\S+)/gm)];
  return Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value]));
};

const children: ChildProcess[] = [];

const start = (command: string, args: readonly string[], env: Variables): ChildProcess => {
  const child = spawn(command, args, { cwd: work, env: { ...env }, stdio: 'ignore' });
  children.push(child);
  return child;
};

const work = await mkdtemp(join(tmpdir(), 'postern-compose-'));
const bundle = await buildBundle(work);

const startCaddy = async (port: number, upstreams: readonly string[]): Promise<Site> => {
  const env = {
    HOME: work,
    XDG_DATA_HOME: join(work, 'caddy'),
    PATH: process.env['PATH'] ?? '',
    POSTERN_HOST: `localhost:${port}`,
    POSTERN_UPSTREAMS: upstreams.join(' '),
  };
  const text = execFileSync('caddy', ['adapt', '--config', join(root, 'examples/compose/Caddyfile')], {
    env,
  });
  const adapted = JSON.parse(String(text));
  // The certificate of a check has no place among those that this machine trusts, and port 80 is not needed.
  adapted.admin = { disabled: true };
  adapted.apps.pki = { certificate_authorities: { local: { install_trust: false } } };
  for (const server of Object.values<Record<string, unknown>>(adapted.apps.http.servers))
    server['automatic_https'] = { disable_redirects: true };
  const config = join(work, `caddy-${port}.json`);
  await writeFile(config, JSON.stringify(adapted));
  start('caddy', ['run', '--config', config], env);
  const authority = join(work, 'caddy/caddy/pki/authorities/local/root.crt');
  let ca = '';
  await waitFor('the certificate of Caddy', async () => {
    ca = await readFile(authority, 'utf8').catch(() => '');
    return ca !== '';
  });
  return { origin: `https://localhost:${port}`, reachedBy: { ca } };
};

/** Makes the key as the service `key` does, in a folder in place of the volume. */
const makeKey = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const [script = ''] = services['key']?.command ?? [];
  const user = `${process.getuid?.()}:${process.getgid?.()}`;
  execFileSync('sh', ['-euc', script.replaceAll('/run/key', folder).replaceAll('1000:1000', user)]);
};

interface Place {
  /** In place of the volumes. */
  readonly folder: string;
  readonly key: string;
  readonly origin: string;
  /** In place of the cluster that the file names; undefined for SQLite. */
  readonly storeUrl: string | undefined;
}

/** The variables of image and service, with what is of this machine in place of what is of the container. */
const variablesOf = async (
  name: string,
  port: number,
  { folder, key, origin, storeUrl }: Place,
): Promise<Variables> => {
  const own = Object.entries(services[name]?.environment ?? {}).map(([variable, value]) => [
    variable,
    value.replace(/\$\{\w+:-([^}]*)\}/, '$1').replace('/run/key', key),
  ]);
  const all: Variables = { ...(await imageVariables()), ...Object.fromEntries(own) };
  return {
    ...all,
    PATH: process.env['PATH'] ?? '',
    NODE_COMPILE_CACHE: join(work, 'compiled'),
    POSTERN_ISSUER: origin,
    POSTERN_LISTEN__HOST: '127.0.0.1',
    POSTERN_LISTEN__PORT: String(port),
    POSTERN_PROXY__TRUSTED: '["127.0.0.1"]',
    POSTERN_STORE__URL: storeUrl ?? (all['POSTERN_STORE__URL'] ?? '').replace('/data', join(folder, 'data')),
  };
};

const check = async (names: readonly string[], storeUrl: string | undefined): Promise<void> => {
  const folder = join(work, names.join('-'));
  const key = join(folder, 'key');
  await makeKey(key);
  await mkdir(join(folder, 'data'), { mode: 0o700 });
  const tlsPort = await freePort();
  const origin = `https://localhost:${tlsPort}`;
  const servers = await Promise.all(
    names.map(async (name) => {
      const port = await freePort();
      return { port, env: await variablesOf(name, port, { folder, key, origin, storeUrl }) };
    }),
  );
  const [first] = servers;
  if (!first) throw new Error('a server is needed');
  const postern = (...args: string[]): Record<string, string> =>
    JSON.parse(
      String(execFileSync(process.execPath, [bundle, '--json', ...args], { cwd: work, env: first.env })),
    );
  for (const { env } of servers) start(process.execPath, [bundle, 'start'], env);
  const site = await startCaddy(
    tlsPort,
    servers.map(({ port }) => `127.0.0.1:${port}`),
  );
  await waitFor('the site', () =>
    send(site, `${origin}/readyz`).then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
  const { password = '' } = postern('account', 'add', 'ada', '--generate', '--permanent');
  postern('group', 'add', 'postern-admins');
  postern('group', 'add-member', 'postern-admins', 'ada');
  const added = postern('client', 'add', '--type', 'web', '--name', 'Shop', '--redirect-uri', redirectUri);
  const credentials = {
    client: added['client_id'] ?? '',
    secret: added['client_secret'] ?? '',
    password,
  };
  // Each server gets a turn: Caddy chooses at random.
  for (let turn = 0; turn < 3 * servers.length; turn += 1) {
    const { tokens, visit } = await signIn(site, credentials);
    if (!tokens.includes('id_token')) throw new Error(`no ID token, but ${tokens}`);
    for (const path of ['/account', '/admin']) {
      const { status } = await visit(`${origin}${path}`);
      if (status !== 200) throw new Error(`${path} has status ${status}`);
    }
  }
  process.stdout.write(`ok ${names.join(' and ')}: signed in over TLS at ${origin}\n`);
};

const stopAll = async (): Promise<void> => {
  for (const child of children.splice(0)) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
  }
};

try {
  execFileSync('caddy', ['version'], { stdio: 'ignore' });
} catch {
  process.stderr.write(
    'check:compose: caddy is not on the PATH, so nothing was checked. Install it, for example with `go install github.com/caddyserver/caddy/v2/cmd/caddy@v2.11.9`.\n',
  );
  await rm(work, { recursive: true, force: true });
  process.exit(1);
}

try {
  await check(['postern'], undefined);
  await stopAll();
  const cluster = await startCluster();
  try {
    await check(['postern-1', 'postern-2'], cluster.url);
  } finally {
    await stopAll();
    await cluster.close();
  }
} finally {
  await stopAll();
  await rm(work, { recursive: true, force: true });
}
