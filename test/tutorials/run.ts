/**
 * Runs the applications of the tutorial with the commands of docs/tutorials/protect-your-app.md: `npm run tutorials`, or
 * with names: `npm run tutorials -- go`. Each signs a person in, and out again.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort, startServer } from 'postern/testing';
import { blocksRunBy } from '../docs/command-blocks.ts';
import { startScript } from '../docs/run-script.ts';
import { findProgram } from '../interop-languages/run-program.ts';
import { followPages } from '../support/follow-pages.ts';
import { Browser, runPostern } from '../support/setup/index.ts';

interface Tutorial {
  /** The folder below examples/protect-your-app. */
  readonly name: string;
  readonly needs: readonly string[];
  readonly callback: string;
}

const tutorials: readonly Tutorial[] = [
  { name: 'node', needs: ['npm'], callback: '/callback' },
  { name: 'python', needs: ['python3'], callback: '/callback' },
  { name: 'go', needs: ['go'], callback: '/callback' },
  { name: 'java', needs: ['java', 'mvn'], callback: '/login/oauth2/code/postern' },
];

const blocks = blocksRunBy('npm run tutorials', 'docs/tutorials/protect-your-app.md');
const person = { login: 'ada', password: 'correct horse battery' };
/** Packages are downloaded, and applications are built. */
const maxStartMs = 20 * 60_000;

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

const checkout = join(import.meta.dirname, '../..');

const run = async ({ name, callback }: Tutorial): Promise<void> => {
  const port = await freePort();
  const home = `http://localhost:${port}`;
  const settings = [`store.url=${store}`, `issuer=${server.issuer}`].flatMap((one) => ['--set', one]);
  const uris = ['--redirect-uri', `${home}${callback}`, '--post-logout-redirect-uri', `${home}/`];
  const added = await runPostern(folder, [...settings, 'client', 'add', '--type', 'web', ...uris, '--json']);
  if (added.exit !== 0) throw new Error(added.err);
  const { client_id: id, client_secret: secret } = added.json<{
    client_id: string;
    client_secret: string;
  }>();
  const script = blocks
    .take(`cp -r examples/protect-your-app/${name} `)
    .replaceAll('~/my-notes', join(folder, name))
    .replace('CLIENT_ID=…', `CLIENT_ID=${id}`)
    .replace('CLIENT_SECRET=…', `CLIENT_SECRET=${secret}`);
  const PATH = [process.env['PATH'], '/usr/local/go/bin'].join(delimiter);
  const started = startScript(script, {
    cwd: checkout,
    env: { ...process.env, PATH, ISSUER: server.issuer, PORT: String(port) },
  });
  let running = true;
  started.ended.then(() => {
    running = false;
  });
  try {
    await waitUntilServed(`${home}/`, () => running);
    await useApplication(home);
  } catch (error) {
    throw new Error(`${error}\n${started.log().slice(-1500)}`);
  } finally {
    await started.end();
  }
};

const names = process.argv.slice(2);
const isWanted = ({ name }: Tutorial): boolean => names.length === 0 || names.includes(name);
let skipped = false;
try {
  for (const tutorial of tutorials.filter(isWanted)) {
    const found = await Promise.all(tutorial.needs.map(findProgram));
    const missing = tutorial.needs.filter((_, at) => found[at] === undefined);
    if (missing.length > 0) {
      skipped = true;
      console.log(`${tutorial.name}: not run, it needs ${missing.join(' and ')}`);
    } else {
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
  const left = names.length > 0 || skipped ? [] : blocks.left();
  if (left.length > 0) throw new Error(`blocks that no tutorial runs: ${left}`);
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
