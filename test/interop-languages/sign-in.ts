import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from 'postern/testing';
import { followPages } from '../support/follow-pages.ts';
import { Browser, type Page, runPostern } from '../support/setup/index.ts';
import type { ApplicationContext, LanguageClient, PrintedSnippet, Visit } from './language-client.ts';
import { person } from './person.ts';

/** How a client fared: `works`, or what went wrong. */
export type Outcome = 'works' | { readonly problem: string };

export interface Server {
  readonly issuer: string;
  /** The URL of its store, for commands. */
  readonly store: string;
  /** The file with the certificate of an issuer with https. */
  readonly certificateFile?: string;
}

interface AddedClient {
  readonly client_id: string;
  readonly client_secret?: string;
  readonly recipe?: { readonly configuration: readonly PrintedSnippet[] };
}

const addClient = async (server: Server, cwd: string, args: readonly string[]): Promise<AddedClient> => {
  const settings = [`store.url=${server.store}`, `issuer=${server.issuer}`];
  const flags = settings.flatMap((setting) => ['--set', setting]);
  const added = await runPostern(cwd, [...flags, 'client', 'add', ...args, '--json']);
  if (added.exit !== 0) throw new Error(`client add ${args.join(' ')}: ${added.err}`);
  return added.json();
};

const maxStartMilliseconds = 240_000;
/** JupyterHub ends its proxy first. */
const maxEndMilliseconds = 20_000;

const waitUntilServed = async (
  { health }: LanguageClient,
  url: string,
  ended: () => boolean,
): Promise<void> => {
  const until = Date.now() + maxStartMilliseconds;
  while (Date.now() < until && !ended()) {
    const status = await fetch(`${url}${health ?? '/'}`, { redirect: 'manual' }).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => 0,
    );
    if (health === undefined ? status > 0 : status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('the application did not start');
};

const textOf = ({ url, status, body }: Page): string => {
  const text = body.replaceAll(/<(style|script)[\s\S]*?<\/\1>|<[^>]+>/g, ' ').replaceAll(/\s+/g, ' ');
  return `${url.slice(0, 400)}: ${status}${text.slice(0, 400)}`;
};

/** The arguments of `client add` for one column. */
const addArguments = (client: LanguageClient, url: string, withRecipe: boolean): readonly string[] =>
  withRecipe
    ? ['--recipe', client.recipe ?? '', '--url', `${url}${client.path ?? ''}`]
    : ['--type', client.type ?? 'web', '--redirect-uri', `${url}${client.callback}`];

const followFrom = async ({ browser, follow }: Visit, url: string): Promise<Page> => {
  const begin = await browser.open(url);
  return follow(begin.body.includes('id="begin"') ? await browser.submit(begin, {}) : begin);
};

/** Signs the person in at a running application, and returns what the application shows of the person. */
const visitApplication = async ({ start, shows }: LanguageClient, visit: Visit): Promise<string> => {
  if (typeof start === 'function') return start(visit);
  const { url } = visit.context;
  const end = await followFrom(visit, `${url}${start}`);
  const page = shows === undefined ? end : await visit.browser.open(`${url}${shows}`);
  return `${page.body}\n${textOf(end)}`;
};

/** Starts the application, signs the person in, and reads who came. */
const signIn = async (
  client: LanguageClient,
  installed: string,
  server: Server,
  withRecipe: boolean,
): Promise<Outcome> => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-interop-'));
  const port = await freePort();
  const url = `http://localhost:${port}`;
  let log = '';
  try {
    const added = await addClient(server, folder, addArguments(client, url, withRecipe));
    const context: ApplicationContext = {
      installed,
      folder,
      issuer: server.issuer,
      ...(server.certificateFile !== undefined && { certificateFile: server.certificateFile }),
      id: added.client_id,
      secret: added.client_secret ?? '',
      port,
      url,
      ...(added.recipe && { snippets: added.recipe.configuration }),
    };
    const launch = await client.launch(context);
    const child = spawn(launch.command, [...launch.args], {
      cwd: launch.cwd ?? folder,
      env: { PATH: process.env['PATH'], HOME: folder, ...launch.env },
      stdio: ['ignore', 'pipe', 'pipe'],
      // Apache ends its process group, which must not be that of this process.
      detached: true,
    });
    let over = false;
    const ended = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        log += String(error);
        over = true;
        resolve();
      });
      child.once('exit', () => {
        over = true;
        resolve();
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        log += text;
      });
    }
    try {
      await waitUntilServed(client, url, () => over);
      const browser = new Browser();
      const shown = await visitApplication(client, {
        context,
        browser,
        output: () => log,
        follow: (start) => followPages(browser, start, person),
      });
      const missing = client.reads.filter((expected) => !expected.test(shown));
      if (missing.length === 0) return 'works';
      return { problem: `no ${missing.join(', ')}; it ended at ${shown.slice(-600)}` };
    } finally {
      child.kill('SIGTERM');
      const force = setTimeout(() => child.kill('SIGKILL'), maxEndMilliseconds);
      await ended;
      clearTimeout(force);
      await launch.release?.();
    }
  } catch (error) {
    return { problem: `${error}; ${log.slice(-600)}` };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Both columns: with a bare `client add`, and with a recipe. */
export const signInTwice = async (client: LanguageClient, installed: string, server: Server) => ({
  bare: await signIn(client, installed, server, false),
  ...(client.recipe !== undefined && { recipe: await signIn(client, installed, server, true) }),
});
