import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Test } from 'tap';
import { stringify } from 'yaml';
import { freePort } from '#src/testing/free-port.ts';
import { Browser } from '../support/setup/browser.ts';
import {
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  usualConfig,
} from '../support/setup/relying-party.ts';
import { isReady } from '../support/setup/server-process.ts';
import { waitFor } from '../support/wait-for.ts';

/** The environment of someone who never saw the checkout. */
export const environment = { PATH: process.env['PATH'] ?? '', HOME: '/nonexistent' };

interface Started {
  readonly issuer: string;
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
}

interface Installed {
  /** The file that Node runs. */
  readonly file: string;
  readonly folder: string;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts an installed server in its folder, and waits until it is ready. */
export const startInstalled = async (
  t: Test,
  { file, folder, config = {}, env = environment }: Installed,
): Promise<Started> => {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const settings = {
    ...usualConfig,
    issuer,
    demo: false,
    security: { password: { memory_kib: 8192, passes: 1 } },
    ...config,
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

/** Signs a person in through the pages and redeems the code, which a server without its parts can't do. */
export const assertSignIn = async (t: Test, issuer: string): Promise<void> => {
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
};
