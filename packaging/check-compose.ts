/**
 * Starts the services of docker-compose.yml as processes, with the settings of the file, and signs in over TLS:
 * `npm run check:compose`, with Caddy on the PATH. Paths and host names of the containers are replaced by those of this
 * machine, and nothing else: the servers are the bundle with the variables of image and file, TLS is Caddy with
 * examples/compose/Caddyfile.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { freePort } from '#src/testing/free-port.ts';
import { startCluster } from '../test/support/redis-cluster.ts';
import { waitFor } from '../test/support/wait-for.ts';
import { buildBundle } from './build-bundle.ts';

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

interface Answer {
  readonly status: number;
  readonly location: string | undefined;
  readonly cookies: readonly string[];
  readonly body: string;
}

interface Site {
  readonly origin: string;
  /** The certificate of the authority that Caddy made for itself. */
  readonly ca: string;
}

const send = (
  { ca }: Site,
  url: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: Variables; body?: string } = {},
): Promise<Answer> =>
  new Promise((settle, fail) => {
    const form = body === '' ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const sent = request(
      url,
      { method, ca, headers: { accept: 'text/html', ...form, ...headers } },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk) => {
          text += chunk;
        });
        response.on('end', () =>
          settle({
            status: response.statusCode ?? 0,
            location: response.headers.location,
            cookies: response.headers['set-cookie'] ?? [],
            body: text,
          }),
        );
      },
    );
    sent.on('error', fail);
    sent.end(body);
  });

/** Keeps cookies and follows redirects within the site. */
const createVisitor = (site: Site) => {
  const jar = new Map<string, string>();
  const visit = async (
    url: string,
    options: Parameters<typeof send>[2] = {},
  ): Promise<Answer & { url: string }> => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await send(site, url, { ...options, headers: { ...options.headers, cookie } });
    for (const line of answer.cookies) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      jar.set(name, value);
    }
    const next = answer.location && new URL(answer.location, url);
    return next && next.origin === site.origin ? visit(next.href) : { ...answer, url };
  };
  return visit;
};

const redirectUri = 'https://shop.example.com/callback';

const fieldsOf = (html: string): Variables =>
  Object.fromEntries(
    [...html.matchAll(/<input[^>]*type="hidden"[^>]*>/g)].map(([tag]) => [
      /name="([^"]*)"/.exec(tag)?.[1] ?? '',
      /value="([^"]*)"/.exec(tag)?.[1] ?? '',
    ]),
  );

interface Credentials {
  readonly client: string;
  readonly secret: string;
  readonly password: string;
}

/** Signs a person in through the pages and redeems the code; returns the names of what the application got. */
const signIn = async (site: Site, { client, secret, password }: Credentials): Promise<readonly string[]> => {
  const visit = createVisitor(site);
  const query = new URLSearchParams({
    client_id: client,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
    nonce: 'a-nonce-of-the-check',
    code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
    code_challenge_method: 'S256',
  });
  /** Fills the form that has the field of that name, or that button. */
  const submit = (page: Answer & { url: string }, name: string, fields: Variables) => {
    const forms = page.body.match(/<form[\s\S]*?<\/form>/g) ?? [];
    const form = forms.find((text) => text.includes(name)) ?? '';
    const action = /<form[^>]*action="([^"]*)"/.exec(form)?.[1] ?? page.url;
    const body = new URLSearchParams({ ...fieldsOf(form), ...fields }).toString();
    return visit(new URL(action, page.url).href, { method: 'POST', body, headers: { origin: site.origin } });
  };
  let page = await visit(`${site.origin}/oauth/authorize?${query}`);
  page = await submit(page, 'name="password"', { login: 'ada', password });
  if (page.location === undefined) page = await submit(page, 'consent-allow', { decision: 'allow' });
  const code = new URL(page.location ?? site.origin).searchParams.get('code');
  if (code === null) throw new Error(`no code: ${page.status} ${page.location} ${page.body.slice(0, 2000)}`);
  const answer = await send(site, `${site.origin}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${client}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({
      grant_type: 'authorization_code',
      code,
      redirect_uri: redirectUri,
      code_verifier: 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
    }).toString(),
  });
  if (answer.status !== 200) throw new Error(`no token: ${answer.status} ${answer.body}`);
  return Object.keys(JSON.parse(answer.body));
};

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
  return { origin: `https://localhost:${port}`, ca };
};

/** Makes the key as the service `key` does, in a folder in place of the volume. */
const makeKey = async (folder: string): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const [script = ''] = services['key']?.command ?? [];
  const user = `${process.getuid?.()}:${process.getgid?.()}`;
  execFileSync('sh', ['-euc', script.replaceAll('/run/key', folder).replaceAll('1000:1000', user)]);
};

const check = async (names: readonly string[], storeUrl: string | undefined): Promise<void> => {
  const folder = join(work, names.join('-'));
  const key = join(folder, 'key');
  await makeKey(key);
  await mkdir(join(folder, 'data'), { mode: 0o700 });
  const tlsPort = await freePort();
  const origin = `https://localhost:${tlsPort}`;
  const image = await imageVariables();
  const servers = await Promise.all(
    names.map(async (name) => {
      const port = await freePort();
      const own = Object.entries(services[name]?.environment ?? {}).map(([variable, value]) => [
        variable,
        value.replace(/\$\{\w+:-([^}]*)\}/, '$1').replace('/run/key', key),
      ]);
      const all: Variables = { ...image, ...Object.fromEntries(own) };
      const env = {
        ...all,
        PATH: process.env['PATH'] ?? '',
        NODE_COMPILE_CACHE: join(work, 'compiled'),
        POSTERN_ISSUER: origin,
        POSTERN_LISTEN__HOST: '127.0.0.1',
        POSTERN_LISTEN__PORT: String(port),
        POSTERN_PROXY__TRUSTED: '["127.0.0.1"]',
        POSTERN_STORE__URL:
          storeUrl ?? (all['POSTERN_STORE__URL'] ?? '').replace('/data', join(folder, 'data')),
      };
      return { port, env };
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
  const added = postern('client', 'add', '--type', 'web', '--name', 'Shop', '--redirect-uri', redirectUri);
  const credentials = {
    client: added['client_id'] ?? '',
    secret: added['client_secret'] ?? '',
    password,
  };
  // Each server gets a turn: Caddy chooses at random.
  for (let turn = 0; turn < 3 * servers.length; turn += 1) {
    const got = await signIn(site, credentials);
    if (!got.includes('id_token')) throw new Error(`no ID token, but ${got}`);
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
