/**
 * Runs the applications of the tutorial in languages other than JavaScript, with what docs/tutorials/protect-your-app.md
 * says: `npm run tutorials`, or with names: `npm run tutorials -- go`. Each signs a person in, and out again.
 */
import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort, startServer } from 'postern/testing';
import { findProgram, runProgram } from '../interop-languages/run-program.ts';
import { followPages } from '../support/follow-pages.ts';
import { Browser, runPostern } from '../support/setup/index.ts';

interface Tutorial {
  readonly name: string;
  readonly needs: readonly string[];
  readonly callback: string;
  /** Commands of the page, one after the other. The last one starts the application. */
  readonly commands: readonly (readonly [string, ...string[]])[];
}

const tutorials: readonly Tutorial[] = [
  {
    name: 'python',
    needs: ['python3'],
    callback: '/callback',
    commands: [
      ['python3', '-m', 'venv', '.venv'],
      ['.venv/bin/pip', 'install', '-r', 'requirements.txt'],
      ['.venv/bin/python', 'app.py'],
    ],
  },
  {
    name: 'go',
    needs: ['go'],
    callback: '/callback',
    commands: [['go', 'build', '-o', 'app', '.'], ['./app']],
  },
  {
    name: 'java',
    needs: ['java', 'mvn'],
    callback: '/login/oauth2/code/postern',
    commands: [
      ['mvn', '--batch-mode', '--quiet', 'package'],
      ['java', '-jar', 'target/app.jar'],
    ],
  },
];

const person = { login: 'ada', password: 'correct horse battery' };
const maxStartMs = 90_000;

const waitUntilServed = async (url: string, isRunning: () => boolean): Promise<void> => {
  for (const until = performance.now() + maxStartMs; performance.now() < until && isRunning(); ) {
    const answered = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
    if (answered) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the application did not start');
};

const expectIn = (body: string, text: string): void => {
  if (!body.includes(text)) throw new Error(`no “${text}” in ${body.slice(0, 400)}`);
};

/** What a reader of the tutorial does in the browser. */
const useApplication = async (home: string): Promise<void> => {
  const browser = new Browser();
  expectIn((await browser.open(`${home}/`)).body, 'Welcome');
  const notes = await followPages(browser, `${home}/notes`, person);
  expectIn(notes.body, 'Notes of Ada Lovelace');
  const isForm = notes.body.includes('action="/logout"');
  const out = isForm ? await browser.submit(notes, {}) : await browser.open(`${home}/logout`);
  expectIn((await followPages(browser, out, person)).body, 'Welcome');
  const again = await browser.open(`${home}/notes`);
  expectIn(again.url + (again.headers.get('location') ?? ''), '/o');
  expectIn((await followPages(new Browser(), `${home}/notes`, person)).body, 'Notes of Ada Lovelace');
};

const folder = await mkdtemp(join(tmpdir(), 'postern-tutorials-'));
const store = `sqlite:${join(folder, 'store.db')}`;
const server = await startServer({
  settings: {
    store: { url: store },
    accounts: [{ username: person.login, password: person.password, name: 'Ada Lovelace' }],
  },
});

const run = async ({ name, callback, commands }: Tutorial): Promise<void> => {
  const cwd = join(folder, name);
  await cp(join(import.meta.dirname, '../../examples/protect-your-app', name), cwd, { recursive: true });
  const port = await freePort();
  const home = `http://localhost:${port}`;
  const settings = [`store.url=${store}`, `issuer=${server.issuer}`].flatMap((one) => ['--set', one]);
  const uris = ['--redirect-uri', `${home}${callback}`, '--post-logout-redirect-uri', `${home}/`];
  const added = await runPostern(folder, [...settings, 'client', 'add', '--type', 'web', ...uris, '--json']);
  if (added.exit !== 0) throw new Error(added.err);
  const { client_id: CLIENT_ID, client_secret: CLIENT_SECRET } = added.json<{
    client_id: string;
    client_secret: string;
  }>();

  for (const [command, ...args] of commands.slice(0, -1)) await runProgram(command, args, { cwd });
  const [command, ...args] = commands.at(-1) ?? [''];
  const PATH = [process.env['PATH'], '/usr/local/go/bin'].join(delimiter);
  const child = spawn(command, args, {
    cwd,
    env: { PATH, HOME: folder, ISSUER: server.issuer, CLIENT_ID, CLIENT_SECRET, PORT: String(port) },
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log += text;
    });
  }
  try {
    await waitUntilServed(`${home}/`, () => child.exitCode === null);
    await useApplication(home);
  } catch (error) {
    throw new Error(`${error}\n${log.slice(-1500)}`);
  } finally {
    child.kill();
  }
};

const names = process.argv.slice(2);
try {
  for (const tutorial of tutorials) {
    if (names.length > 0 && !names.includes(tutorial.name)) continue;
    const found = await Promise.all(tutorial.needs.map(findProgram));
    const missing = tutorial.needs.filter((_, at) => found[at] === undefined);
    if (missing.length > 0) console.log(`${tutorial.name}: not run, it needs ${missing.join(' and ')}`);
    else {
      const outcome = await run(tutorial).then(
        () => 'works',
        (error: unknown) => {
          process.exitCode = 1;
          return `fails: ${error}`;
        },
      );
      console.log(`${tutorial.name}: ${outcome}`);
    }
  }
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
