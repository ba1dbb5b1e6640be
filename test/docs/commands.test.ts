import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { text } from 'node:stream/consumers';
import t from 'tap';
import { type ServerProcess, startServerProcess } from '../support/setup/index.ts';

const root = join(import.meta.dirname, '../..');

/**
 * A fence marked `sh` is run unchanged, unless a comment before it says `not run:` and why. In it `ID` means a new
 * client, `SECRET` the secret of demo-machine, and the address is that of the running server.
 */
interface Block {
  readonly page: string;
  readonly line: number;
  readonly script: string;
  readonly reason: string | undefined;
}

const fence = /^(?<before>[^\n]*)\n(?<indent> *)```(?<language>\w+)\n(?<script>[\s\S]*?)^ *```$/gm;
const excuse = /<!-- not run: (.+) -->/;

const blocksIn = async (page: string): Promise<Block[]> => {
  const source = await readFile(join(root, page), 'utf8');
  return [...source.matchAll(fence)].flatMap(({ groups = {}, index }) => {
    const { before = '', indent = '', language = '', script = '' } = groups;
    if (['bash', 'shell', 'console'].includes(language))
      throw new Error(`${page}: a fence of ${language}; mark it sh`);
    if (language !== 'sh') return [];
    return [
      {
        page,
        line: source.slice(0, index).split('\n').length + 2,
        script: script.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
        reason: excuse.exec(before)?.[1],
      },
    ];
  });
};

/** `postern` and `npx postern` run this checkout, also when another one is installed. */
const programs = async (folder: string): Promise<string> => {
  await mkdir(folder);
  const program = (name: string, script: string) => writeFile(join(folder, name), `#!/bin/sh\n${script}\n`);
  await program('postern', `exec '${process.execPath}' '${join(root, 'src/cli/main.ts')}' "$@"`);
  await program('npx', 'exec "$@"');
  // A page that starts a server means the one that is running already.
  await program('npm', '[ "$*" = start ]');
  for (const name of ['postern', 'npx', 'npm']) await chmod(join(folder, name), 0o755);
  return folder;
};

const runScript = async (script: string, cwd: string, path: string) => {
  const child = spawn('sh', ['-e'], {
    cwd,
    env: {
      PATH: [path, join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter),
      NODE_COMPILE_CACHE: join(cwd, '..', 'postern-compiled'),
    },
  });
  child.stdin.end(script);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  return { code, said: `${out}${err}` };
};

const secretOf = (server: ServerProcess, client: string): string =>
  new RegExp(`${client} / (\\S+)`).exec(server.log())?.[1] ?? '';

const clientId = async (server: ServerProcess): Promise<string> => {
  const args = [
    'client',
    'add',
    '--type',
    'web',
    '--redirect-uri',
    'https://shop.example.com/callback',
    '--json',
  ];
  return JSON.parse((await server.command(args)).out).client_id;
};

const filledIn = async ({ script }: Block, server: ServerProcess): Promise<string> =>
  script
    .replaceAll(/\bSECRET\b/g, secretOf(server, 'demo-machine'))
    .replaceAll('localhost:3000', `localhost:${server.port}`)
    .replaceAll(/\bID\b/g, /\bID\b/.test(script) ? await clientId(server) : '');

const pages = ['README.md', ...globSync('docs/**/*.md', { cwd: root })];

t.test('every command in the documentation works against a server', async (t) => {
  const blocks = (await Promise.all(pages.map(blocksIn))).flat();
  const wanted = blocks.filter(({ reason }) => reason === undefined);
  t.ok(wanted.length > 12, `${wanted.length} of ${blocks.length} are run`);

  const runPage = async (page: string): Promise<void> => {
    const server = await startServerProcess(t, {
      config: { demo: true, store: { url: 'sqlite:./data/postern.db' } },
    });
    const path = await programs(join(server.cwd, 'programs'));
    for (const block of wanted.filter((one) => one.page === page)) {
      const { code, said } = await runScript(await filledIn(block, server), server.cwd, path);
      t.equal(code, 0, `${page}:${block.line} ${said}`);
      t.notMatch(said, /\(node:\d+\)/, `${page}:${block.line} without a warning of Node`);
    }
    await server.close();
  };
  const queue = [...new Set(wanted.map(({ page }) => page))];
  const work = async (): Promise<void> => {
    for (let page = queue.shift(); page !== undefined; page = queue.shift()) await runPage(page);
  };
  await Promise.all([work(), work()]);
});

t.test('links between pages have a target', async (t) => {
  const anchor = (title: string): string =>
    title
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .trim()
      .replaceAll(/\s/g, '-');
  t.ok(pages.length > 10);
  const broken: string[] = [];
  for (const page of pages) {
    const source = await readFile(join(root, page), 'utf8');
    for (const [, target = ''] of source.matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [file = '', fragment] = target.split('#');
      const path = file === '' ? page : join(page, '..', file);
      const found = await readFile(join(root, path), 'utf8').catch((error) =>
        error.code === 'EISDIR' ? '' : undefined,
      );
      if (found === undefined) broken.push(`${page}: ${target}`);
      if (fragment === undefined || !path.endsWith('.md')) continue;
      const titles = [...(found ?? '').matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => anchor(title));
      if (!titles.includes(fragment)) broken.push(`${page}: ${target}`);
    }
  }
  t.same(broken, []);
});
