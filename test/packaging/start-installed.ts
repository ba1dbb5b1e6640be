import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { stringify } from 'yaml';
import { freePort } from '#src/testing/free-port.ts';
import { Browser, type Page } from '../support/setup/browser.ts';
import {
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  secret,
  usualConfig,
} from '../support/setup/relying-party.ts';
import { isReady } from '../support/setup/server-process.ts';
import { waitFor } from '../support/wait-for.ts';

/** The environment of someone who never saw the checkout. */
export const environment = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' };

const administrators = 'postern-admins';

interface Started {
  readonly issuer: string;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
}

export interface Installed {
  /** The file that Node runs. */
  readonly file: string;
  readonly folder: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly accounts?: readonly object[];
  /** Clients beside the usual ones. */
  readonly clients?: readonly object[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts an installed server in its folder, and waits until it is ready. */
export const startInstalled = async (
  t: Test,
  { file, folder, config = {}, accounts = usualConfig.accounts, clients = [], env = environment }: Installed,
): Promise<Started> => {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const settings = {
    ...usualConfig,
    groups: [{ name: administrators }],
    clients: [
      ...usualConfig.clients,
      ...clients,
      {
        client_id: 'provisioner',
        client_secret: secret,
        grant_types: ['client_credentials'],
        resources: [`${issuer}/api/admin`],
        scope: 'admin:read admin:audit',
      },
    ],
    admin: { bearer_tokens: true },
    issuer,
    demo: false,
    security: { password: { memory_kib: 8192, passes: 1 } },
    ...config,
    accounts: accounts.map((account) => ({ ...account, groups: [administrators] })),
    listen: { port, ...Object(config['listen']) },
  };
  await writeFile(join(folder, 'postern.yaml'), stringify(settings));
  const child = spawn(process.execPath, [file, 'start'], { cwd: folder, env: { ...env }, stdio: 'ignore' });
  const ended = once(child, 'close').then(([code]) => code);
  t.teardown(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  await waitFor('the installed server to be ready', () => {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    return isReady(issuer);
  });
  return { issuer, child, ended };
};

/**
 * Signs a person in through the pages and redeems the code, which a server without its parts can't do. Returns the
 * browser of the person, who is an administrator.
 */
export const assertSignIn = async (t: Test, issuer: string): Promise<Browser> => {
  const browser = new Browser();
  const party = new RelyingParty(issuer);
  const verifier = newVerifier();
  const login = await browser.open(party.authorizationUrl(verifier));
  const assets = [...login.body.matchAll(/(?:href|src)="(\/assets\/[^"]+)"/g)].map(([, path = '']) => path);
  t.ok(assets.length >= 3, 'a stylesheet of Pico, one of Postern, and a script or an icon');
  for (const path of assets) t.equal((await fetch(`${issuer}${path}`)).status, 200, path);
  const done = await browser.submit(login, { login: 'ada', password });
  const { code } = Object.fromEntries(redirectParameters(done));
  const redeemed = await party.redeem(code ?? '', verifier);
  t.match(redeemed, { status: 200, body: { token_type: 'Bearer', id_token: String } });
  t.notMatch(await party.redeem(code ?? '', verifier), { status: 200 }, 'once');
  return browser;
};

const linksOf = ({ url, body }: Page): readonly string[] =>
  [...body.matchAll(/<a [^>]*href="([^"#?]+)"/g)].map(([, href = '']) => new URL(href, url).href);

/**
 * Visits the pages that a server loads with their first request: those of a person's account, the administration and the
 * playground, as far as links lead, and calls the API of the administration.
 */
export const assertLatePages = async (t: Test, issuer: string, browser: Browser): Promise<void> => {
  const starts = ['account', 'admin', 'playground/'].map((path) => `${issuer}/${path}`);
  const pending = [`${issuer}/account`, `${issuer}/admin`, `${issuer}/`];
  const seen = new Set(pending);
  for (let url = pending.pop(); url !== undefined; url = pending.pop()) {
    const page = await browser.open(url);
    t.equal(page.status, 200, `${url}: ${page.body.slice(0, 200)}`);
    for (const link of linksOf(page)) {
      if (seen.has(link) || !starts.some((start) => link.startsWith(start))) continue;
      seen.add(link);
      pending.push(link);
    }
  }
  const some = ['account/profile', 'account/sessions', 'admin/clients', 'admin/audit', 'playground/device'];
  for (const path of some) t.ok(seen.has(`${issuer}/${path}`), path);

  const party = new RelyingParty(issuer, 'provisioner');
  const granted = await party.post('/oauth/token', {
    grant_type: 'client_credentials',
    resource: `${issuer}/api/admin`,
    scope: 'admin:read admin:audit',
  });
  const authorization = `Bearer ${granted.body['access_token']}`;
  for (const path of ['accounts', 'clients', 'groups', 'keys', 'audit', 'health']) {
    const response = await fetch(`${issuer}/api/admin/v1/${path}`, { headers: { authorization } });
    t.equal(response.status, 200, `${path}: ${await response.text()}`);
  }
};
