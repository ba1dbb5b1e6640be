/**
 * Dex, unmodified, as an upstream of a server of this checkout: `npm run interop:dex`. The program is `dex` on the PATH, or
 * the one that DEX names. To build it, run `go build -o dex ./cmd/dex` in a copy of its repository.
 *
 * A person of its password database signs in by its forms, twice, and one of its mock connector once.
 */
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from 'postern/testing';
import { stringify } from 'yaml';
import { freePort } from '#src/testing/free-port.ts';
import { findProgram, runProgram } from '../interop-languages/run-program.ts';
import { Browser, type Page, redirectParameters, secret, usualConfig } from '../support/setup/index.ts';
import { locationOf, openLogin } from '../support/upstream-sign-in.ts';
import { waitFor } from '../support/wait-for.ts';

const program = process.env['DEX'] ?? (await findProgram('dex'));
if (program === undefined) {
  console.error(
    'not run: there is no dex on the PATH. Build one in a copy of its repository: go build -o dex ./cmd/dex',
  );
  process.exit(1);
}

/** The password of the example in Dex's documentation, and its hash. */
const person = { login: 'grace@dex.example', password: 'password' };
const hash = '$2a$10$2b2cU8CPhOTaGrs1HRQuAueS7JTT5ZHsHSzYiFPm1leZck7Mc8T4W';

const folder = await mkdtemp(join(tmpdir(), 'postern-interop-dex-'));
const issuer = `http://127.0.0.1:${await freePort()}/dex`;
const port = await freePort();
const here = `http://localhost:${port}`;

await writeFile(
  join(folder, 'dex.yaml'),
  stringify({
    issuer,
    storage: { type: 'memory' },
    web: { http: new URL(issuer).host },
    oauth2: { skipApprovalScreen: true },
    staticClients: [
      { id: 'downstream', name: 'Downstream', secret, redirectURIs: [`${here}/upstream/dex/callback`] },
    ],
    connectors: [{ type: 'mockCallback', id: 'mock', name: 'Mock' }],
    enablePasswordDB: true,
    staticPasswords: [
      { email: person.login, hash, username: 'grace', userID: '08a8684b-db88-4b73-90a9-3cd1661f5466' },
    ],
  }),
);

const version = await runProgram(program, ['version'], { cwd: folder });
const dex = spawn(program, ['serve', 'dex.yaml'], { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
let log = '';
dex.stderr.setEncoding('utf8').on('data', (text: string) => {
  log += text;
});

const server = await startServer({
  settings: {
    ...usualConfig,
    listen: { port },
    groups: [{ name: 'authors' }],
    upstreams: [
      {
        id: 'dex',
        name: 'Dex',
        issuer,
        client_id: 'downstream',
        client_secret: secret,
        scopes: ['openid', 'profile', 'email', 'groups'],
        trust_email: true,
        create: true,
        groups: { map: { authors: 'authors' } },
      },
    ],
  },
});

/** Signs in by the connector of Dex that is named, and answers with the account. */
const signIn = async (connector: string, answer: (there: Browser, page: Page) => Promise<Page>) => {
  const [browser, there] = [new Browser(), new Browser()];
  const login = await openLogin(server.issuer, { browser });
  const left = new URL(locationOf(await browser.request(`${login.url}?with=dex`)));
  left.searchParams.set('connector_id', connector);
  let page = await there.open(left.href);
  for (let pages = 0; pages < 4 && !page.headers.get('location')?.startsWith(here); pages += 1)
    page = await answer(there, page);
  const last = await browser.open(locationOf(page));
  if (redirectParameters(last).get('code') === null) throw new Error('no code');
  const { account = '' } = server.events.filter(({ type }) => type === 'sign-in').at(-1) ?? {};
  const found = await server.app.services.accounts.find(account);
  if (!found) throw new Error('no account');
  return found;
};

const expect = (isTrue: unknown, what: string): void => {
  if (!isTrue) throw new Error(what);
  console.log(`ok: ${what}`);
};

try {
  await waitFor('Dex to listen', async () =>
    fetch(`${issuer}/.well-known/openid-configuration`).then(
      ({ ok }) => ok,
      () => false,
    ),
  );
  console.log(version.trim());
  const first = await signIn('local', (there, page) => there.submit(page, person));
  expect(
    first.claims['email'] === person.login,
    'a person of the password database signs in, with their address',
  );
  expect(first.claims['email_verified'] === true, 'which Dex has verified');
  const again = await signIn('local', (there, page) => there.submit(page, person));
  expect(again.id === first.id, 'a second sign-in leads to the same account');
  const mock = await signIn('mock', async (_there, page) => page);
  expect(mock.id !== first.id, 'a person of another connector has another account');
  expect(mock.groups.includes('authors'), 'with the groups that the table maps');
} catch (error) {
  console.error(`failed: ${error}\n${log}`);
  process.exitCode = 1;
} finally {
  dex.kill();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
