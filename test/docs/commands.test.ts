import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { type ServerProcess, startServerProcess, usualConfig } from '../support/setup/index.ts';
import { startSmtp } from '../support/smtp-server.ts';
import { blocksIn, type CommandBlock, pages, root } from './command-blocks.ts';
import { preparations, type Replacements, runOn, type Site } from './preparations.ts';
import { runScript, writePrograms } from './run-script.ts';

t.setTimeout(300_000);

/**
 * A fence marked `sh` is run unchanged against a running server. In it `ID` means a new client, `SECRET` the secret of
 * demo-machine, and the address is that of the server; `preparations.ts` has what single blocks need. Comments right
 * above a fence say otherwise:
 *
 * - `run by: FILE` or `run by: npm run SCRIPT`: another test or script runs the block.
 * - `not run: REASON`: nothing does, for one of the reasons below.
 * - `run in: FOLDER`: another folder than the one of the server, from the list of folders below.
 */
const blocks = pages.flatMap(blocksIn);
const unmarked = blocks.filter(({ runBy, notRun }) => runBy === undefined && notRun === undefined);

/** Why a block is run by nothing, and how many there are. A number goes down only. */
const reasonsNotToRun: Readonly<Record<string, number>> = {
  'it needs root and systemd': 5,
  'it needs Docker': 3,
  'it needs a Kubernetes cluster': 1,
  'it needs a public host name': 1,
  'it needs the other product': 6,
  'it runs this test': 1,
};

t.test('a block is left out for a known reason only, and no more of them than before', (t) => {
  const counted: Record<string, number> = {};
  for (const { notRun } of blocks) if (notRun !== undefined) counted[notRun] = (counted[notRun] ?? 0) + 1;
  t.same(counted, reasonsNotToRun);
  const others = blocks.filter(({ runBy, notRun }) => runBy !== undefined && notRun === undefined);
  t.comment(`${unmarked.length} blocks are run here, ${others.length} elsewhere, of ${blocks.length}`);
  t.ok(unmarked.length > 60);
  t.end();
});

const { scripts }: { readonly scripts: Readonly<Record<string, string>> } = JSON.parse(
  readFileSync(join(root, 'package.json'), 'utf8'),
);

/** The file that runs the block. */
const fileOf = (runner: string): string | undefined => {
  const script = /^npm run (\S+)$/.exec(runner)?.[1];
  if (script === undefined) return runner;
  return /(?:^| )(\S+\.ts)$/.exec(scripts[script] ?? '')?.[1];
};

const startsServer = /^npm start(?: .*)?$/;
const startsExample = /^(?:[A-Z_]+=\S+ )*node (examples\/(\S+))(?: .*)?$/;

/** Whether a test starts each program that the block starts, by the path of its file. */
const startsAll = (source: string, script: string): boolean =>
  script
    .replaceAll('\\\n', '')
    .trim()
    .split('\n')
    .every((line) => {
      const [, path = '', inExamples = ''] = startsExample.exec(line) ?? [];
      const [, folder = '', file = ''] = /^(.+)(\/.+)$/.exec(path) ?? [];
      return (
        startsServer.test(line) ||
        (path !== '' &&
          (source.includes(inExamples) || (source.includes(`'${folder}'`) && source.includes(file))))
      );
    });

t.test('a test or script that is said to run a block takes it from the page, or starts its programs', (t) => {
  const claims = blocks.filter(({ runBy }) => runBy !== undefined);
  t.ok(claims.length > 10);
  for (const { page, line, script, runBy = '' } of claims) {
    const file = fileOf(runBy);
    if (file === undefined || !existsSync(join(root, file))) {
      t.fail(`${page}:${line} there is no ${runBy}`);
      continue;
    }
    const source = readFileSync(join(root, file), 'utf8');
    // The runner throws for a block that the page lacks, and fails when one of its blocks is left.
    const takes = source.includes(`blocksRunBy('${runBy}'`) || source.includes('blocksRunBy(runner');
    const takesPage = takes && source.includes(page) && source.includes('.left()');
    t.ok(takesPage || startsAll(source, script), `${page}:${line} ${runBy}`);
  }
  t.end();
});

/** Pages whose people and groups would be in the way of other pages. They get a server of their own. */
const apart: ReadonlySet<string> = new Set([
  'docs/accounts.md',
  'docs/migrate/from-auth0-and-others.md',
  'docs/migrate/from-keycloak.md',
  'docs/operations/install.md',
  'docs/second-factors.md',
]);

const secretOf = (server: ServerProcess, client: string): string =>
  new RegExp(`${client} / (\\S+)`).exec(server.log())?.[1] ?? '';

const newClient = async (server: ServerProcess): Promise<string> => {
  const redirect = ['--redirect-uri', 'https://shop.example.com/callback'];
  return JSON.parse(await runOn(server, ['client', 'add', '--type', 'web', ...redirect, '--json'])).client_id;
};

const fillIn = async ({ script }: CommandBlock, site: Site, replacements: Replacements): Promise<string> => {
  const all: Replacements = {
    SECRET: secretOf(site.server, 'demo-machine'),
    'localhost:3000': `localhost:${site.server.port}`,
    ID: /\bID\b/.test(script) && !('ID' in replacements) ? await newClient(site.server) : '',
    ...replacements,
  };
  return Object.entries(all).reduce((text, [name, value]) => {
    const pattern = /^\w+$/.test(name) ? new RegExp(`\\b${name}\\b`, 'g') : name;
    return text.replaceAll(pattern, () => value);
  }, script);
};

/** What a page of the documentation calls secrets, in the environment of its reader. */
const environment = {
  PASSWORD: 'correct horse battery',
  HASH: '$2b$10$vn/C966rn3JqeXrgSGBLQ.4ibXtTn15/ar9n1habaVJ.fLjkfWiPq',
  SECRET_OF_SHOP: 'a-secret-of-forty-three-characters-or-more-00',
};

const copyFiles = async (from: string, to: string): Promise<void> => {
  await mkdir(join(to, 'data'));
  for (const name of await readdir(from))
    if (!['data', 'programs', 'folders'].includes(name))
      await cp(join(from, name), join(to, name), { recursive: true });
  await cp(join(from, 'data/key-encryption-key'), join(to, 'data/key-encryption-key'));
};

/** Folders that a block can run in, as its comment names them. */
const folders: Readonly<Record<string, (server: ServerProcess, folder: string) => Promise<void>>> = {
  'an empty folder': async () => {},
  'a folder without a store': ({ cwd }, folder) => copyFiles(cwd, folder),
  'a copy of the folder': async (server, folder) => {
    await copyFiles(server.cwd, folder);
    await runOn(server, ['backup', join(folder, 'data/postern.db')]);
  },
};

const folderFor = async ({ page, line, folder }: CommandBlock, server: ServerProcess): Promise<string> => {
  if (folder === undefined) return server.cwd;
  const fill = folders[folder];
  if (fill === undefined) throw new Error(`${page}:${line} unknown folder: ${folder}`);
  await mkdir(join(server.cwd, 'folders'), { recursive: true });
  const path = await mkdtemp(join(server.cwd, 'folders/'));
  await fill(server, path);
  return path;
};

const runBlock = async (block: CommandBlock, site: Site): Promise<void> => {
  const { page, line, script } = block;
  const preparation = preparations.find((one) => one.page === page && script.includes(one.block));
  const replacements = (await preparation?.prepare(site)) ?? {};
  const { code, log } = await runScript(await fillIn(block, site, replacements), {
    cwd: await folderFor(block, site.server),
    programs: site.programs,
    env: environment,
    input: `${environment.PASSWORD}\n`,
  });
  site.t.equal(code, 0, `${page}:${line} ${log}`);
  site.t.notMatch(log, /\(node:\d+\)/, `${page}:${line} without a warning of Node`);
};

const openSite = async (t: Test): Promise<Site> => {
  const smtp = await startSmtp();
  t.teardown(() => smtp.close());
  const server = await startServerProcess(t, {
    config: {
      demo: true,
      store: { url: 'sqlite:./data/postern.db' },
      clients: usualConfig.clients,
      mail: { url: `smtp://127.0.0.1:${smtp.port}`, from: 'id@example.com' },
    },
  });
  const programs = await writePrograms(join(server.cwd, 'programs'), {
    npx: 'exec "$@"',
    // A page that starts a server means the one that is running already.
    npm: '[ "$*" = start ]',
  });
  return { t, server, programs };
};

t.test('every command in the documentation works against a server', async (t) => {
  const queue = [...new Set(unmarked.map(({ page }) => page))].toSorted(
    (one, other) => Number(apart.has(other)) - Number(apart.has(one)),
  );
  const runPage = async (page: string, site: Site): Promise<void> => {
    for (const block of unmarked.filter((one) => one.page === page)) await runBlock(block, site);
  };
  const work = async (): Promise<void> => {
    let shared: Site | undefined;
    for (let page = queue.shift(); page !== undefined; page = queue.shift()) {
      if (apart.has(page)) {
        const site = await openSite(t);
        await runPage(page, site);
        await site.server.close();
      } else {
        shared ??= await openSite(t);
        await runPage(page, shared);
      }
    }
  };
  await Promise.all([work(), work()]);
});

t.test('every preparation is for a block of its page', (t) => {
  for (const { page, block } of preparations)
    t.equal(unmarked.filter((one) => one.page === page && one.script.includes(block)).length, 1, block);
  t.end();
});
