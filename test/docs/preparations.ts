import { generateKeyPairSync } from 'node:crypto';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';
import { setUpApp } from '../support/authenticator.ts';
import { redisBinary } from '../support/redis-binary.ts';
import { startRedis } from '../support/redis-server.ts';
import {
  Browser,
  codeFor,
  password,
  RelyingParty,
  runPosternInProcess,
  type ServerProcess,
} from '../support/setup/index.ts';
import { writePrograms } from './run-script.ts';

/** Texts of a block, and what the test puts in their place. */
export type Replacements = Readonly<Record<string, string>>;

export interface Site {
  readonly t: Test;
  readonly server: ServerProcess;
  /** The folder of the programs on the PATH. */
  readonly programs: string;
}

interface Preparation {
  readonly page: string;
  /** It prepares the block that contains this text. */
  readonly block: string;
  readonly prepare: (site: Site) => Promise<Replacements>;
}

/** Runs a command on the store of the server, in this process. */
export const runOn = async ({ cwd }: ServerProcess, args: readonly string[]): Promise<string> => {
  // The path in the configuration is relative to the working directory, which is another one here.
  const store = ['--set', `store.url=sqlite:${join(cwd, 'data/postern.db')}`];
  const { exit, out, err } = await runPosternInProcess(cwd, [...store, ...args]);
  if (exit !== 0) throw new Error(`${args.join(' ')}: ${err}`);
  return out;
};

const runJson = async (site: Site, args: readonly string[]) =>
  JSON.parse(await runOn(site.server, [...args, '--json']));

/**
 * Signs ada, whom the page or a preparation added, in to a client that redeems its code. At the first sign-in the
 * person would have to choose another password, so that is taken back.
 */
const signIn = async (site: Site): Promise<Browser> => {
  const { server } = site;
  await runOn(site.server, ['account', 'require', 'ada', 'password', '--off']);
  const browser = new Browser();
  const party = new RelyingParty(server.url);
  const { code, verifier } = await codeFor(party, browser);
  const { status } = await party.redeem(code, verifier);
  if (status !== 200) throw new Error(`the code was answered with ${status}`);
  return browser;
};

const write = ({ server }: Site, file: string, text: string): Promise<void> =>
  writeFile(join(server.cwd, file), text);

const activeKey = async (site: Site): Promise<Replacements> => {
  const { keys }: { readonly keys: readonly Readonly<Record<string, string>>[] } = await runJson(site, [
    'keys',
    'list',
  ]);
  const { kid = '' } = keys.find(({ alg, stage }) => alg === 'ES256' && stage === 'active') ?? {};
  return { KID: kid };
};

/** Starts a Redis server, whose command-line client is on the PATH. */
const useRedis = async ({ t, programs }: Site): Promise<Replacements> => {
  const redis = await startRedis();
  t.teardown(() => redis.close());
  const { command, env } = await redisBinary();
  const [client = ''] = ['redis-cli', 'valkey-cli']
    .map((name) => join(dirname(command), name))
    .filter((file) => existsSync(file));
  const libraries = `LD_LIBRARY_PATH='${env['LD_LIBRARY_PATH'] ?? ''}'`;
  await writePrograms(programs, { 'redis-cli': `${libraries} exec '${client}' "$@"` });
  return { 'redis://localhost:6379': redis.url };
};

/** What blocks take for granted: people, files, keys and other servers. */
export const preparations: readonly Preparation[] = [
  {
    page: 'docs/accounts.md',
    block: 'postern account add ada --claim',
    prepare: async (site) => {
      await runOn(site.server, ['group', 'add', 'staff']);
      return {};
    },
  },
  {
    page: 'docs/accounts.md',
    block: 'postern account import people.ndjson',
    prepare: async (site) => {
      await write(site, 'people.ndjson', '{"username":"edsger","groups":["staff"]}\n');
      await write(site, 'people.csv', 'username,email\nbarbara,barbara@example.com\n');
      return {};
    },
  },
  {
    page: 'docs/accounts.md',
    block: 'postern session end',
    prepare: async (site) => {
      await signIn(site);
      await signIn(site);
      const { items: sessions } = await runJson(site, ['session', 'list', 'ada']);
      const { items: grants } = await runJson(site, ['grant', 'list', 'ada']);
      return { se_2bQm7hXc0aVd: sessions[0].session, gr_K4tTz9f_Qe1x: grants[1].grant };
    },
  },
  {
    page: 'docs/mail.md',
    block: 'postern account invitations revoke',
    prepare: async (site) => {
      const { items } = await runJson(site, ['account', 'invitations']);
      return { ID: items[0].invitation };
    },
  },
  { page: 'docs/hardening.md', block: 'postern keys rotate --now', prepare: activeKey },
  { page: 'docs/keys.md', block: 'postern keys rotate ES256 --now', prepare: activeKey },
  { page: 'docs/keys.md', block: 'postern keys export', prepare: activeKey },
  {
    page: 'docs/keys.md',
    block: 'postern keys import key.pem',
    prepare: async (site) => {
      const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
      await write(site, 'key.pem', String(privateKey.export({ type: 'pkcs8', format: 'pem' })));
      return {};
    },
  },
  {
    page: 'docs/second-factors.md',
    block: 'postern account factors remove',
    prepare: async (site) => {
      const { exit, err } = await site.server.command(['account', 'add', 'ada'], `${password}\n`);
      if (exit !== 0) throw new Error(err);
      const browser = await signIn(site);
      const page = await browser.open(`${site.server.url}/account/authenticator/add`);
      await setUpApp(browser, page, Date.now());
      return {};
    },
  },
  {
    page: 'docs/operations/deploy.md',
    block: 'cd /var/lib/postern',
    // The folders of the unit, with the files of the server of the test.
    prepare: async ({ server: { cwd } }) => ({
      '/var/lib/postern': cwd,
      '/etc/postern/postern.yaml': join(cwd, 'postern.yaml'),
      '/etc/postern/key-encryption-key': join(cwd, 'data/key-encryption-key'),
    }),
  },
  { page: 'docs/operations/backup.md', block: 'redis-cli', prepare: useRedis },
  { page: 'docs/operations/scale-out.md', block: 'postern migrate', prepare: useRedis },
];
