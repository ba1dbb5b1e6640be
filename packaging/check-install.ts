/**
 * Runs the commands of the documentation that download packages, as a newcomer runs them in a clean clone of the last
 * commit: `npm run check:install`. Each starts a server, and its `curl` line gets a first token.
 */
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { freePort } from '#src/testing/free-port.ts';
import { blocksRunBy } from '../test/docs/command-blocks.ts';
import { type StartedScript, startScript } from '../test/docs/run-script.ts';
import { runTool } from './run-tool.ts';

const runner = 'npm run check:install';
const checkout = resolve(import.meta.dirname, '..');
const work = await mkdtemp(join(tmpdir(), 'postern-install-'));
const clone = join(work, 'clone');

const readme = blocksRunBy(runner, 'README.md');
const tutorial = blocksRunBy(runner, 'docs/tutorials/protect-your-app.md');
const install = blocksRunBy(runner, 'docs/operations/install.md');
const tracing = blocksRunBy(runner, 'docs/operations/tracing.md');

const report = (text: string): void => void process.stdout.write(`${text}\n`);

interface Check {
  readonly name: string;
  readonly script: string;
  readonly cwd: string;
  /** Folders for the front of the PATH. */
  readonly path?: readonly string[];
  readonly works: (started: StartedScript) => Promise<unknown>;
}

/** Starts the script on a free port, in an environment without the packages of this checkout. */
const start = async ({ script, cwd, path = [] }: Check): Promise<StartedScript> => {
  const port = String(await freePort());
  const { NODE_OPTIONS: _, PATH = '', ...env } = process.env;
  const own = {
    PATH: [...path, ...PATH.split(delimiter).filter((folder) => !folder.startsWith(checkout))].join(
      delimiter,
    ),
    POSTERN_LISTEN__PORT: port,
    POSTERN_ISSUER: `http://localhost:${port}`,
  };
  return startScript(script, { cwd, env: { ...env, ...own } });
};

const firstToken = async (started: StartedScript): Promise<void> => {
  const [, command = ''] = await started.waitForOutput(/A first token:\s+(curl .+)/);
  const { stdout } = await runTool('sh', ['-c', command], work);
  if (typeof JSON.parse(stdout).access_token !== 'string') throw new Error(`no token: ${stdout}`);
};

const check = async (one: Check): Promise<void> => {
  const started = await start(one);
  try {
    await one.works(started);
    report(`ok ${one.name}`);
  } finally {
    await started.end();
  }
};

/** The text of the fence of a language on a page. */
const fenceOf = async (page: string, language: string): Promise<string> => {
  const source = await readFile(join(checkout, page), 'utf8');
  const [, text] = new RegExp(`^\`\`\`${language}\n([\\s\\S]*?)^\`\`\`$`, 'm').exec(source) ?? [];
  if (text === undefined) throw new Error(`${page} has no fence of ${language}`);
  return text;
};

const checkClone = async (): Promise<void> => {
  await runTool('git', ['clone', '--quiet', checkout, clone], work);
  const command = 'npm ci && npm start';
  const scripts = new Set([readme, tutorial, install].map((page) => page.take(command)));
  for (const script of scripts) await check({ name: 'a clone', script, cwd: clone, works: firstToken });
};

const checkPackage = async (): Promise<void> => {
  const { version } = JSON.parse(await readFile(join(checkout, 'package.json'), 'utf8'));
  const project = join(work, 'project');
  await mkdir(project);
  await runTool('npm', ['run', 'package'], clone);
  const name = `postern-${version}.tgz`;
  await cp(join(clone, 'dist', name), join(project, name));
  // The page asks for Node 24, which this program runs on.
  const path = [dirname(process.execPath)];
  const script = install.take('npm install ./');
  await check({ name: 'the package', script, cwd: project, path, works: firstToken });
};

const checkTracing = async (): Promise<void> => {
  const page = 'docs/operations/tracing.md';
  await writeFile(join(clone, 'otel.mjs'), await fenceOf(page, 'js'));
  await writeFile(join(clone, 'postern.yaml'), await fenceOf(page, 'yaml'));
  const collector = createServer((request, response) => {
    request.resume().once('end', () => response.end());
  }).listen(0, '127.0.0.1');
  await once(collector, 'listening');
  const exported = once(collector, 'request');
  const address = collector.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const script = tracing.take('--import ./otel.mjs').replace('localhost:4318', `127.0.0.1:${port}`);
  try {
    const works = async (started: StartedScript): Promise<void> => {
      const [url] = await started.waitForOutput(/http:\/\/localhost:\d+/);
      await fetch(`${url}/readyz`);
      const [request] = await exported;
      if (request.url !== '/v1/traces') throw new Error(`exported to ${request.url}`);
    };
    await check({ name: 'traces', script, cwd: clone, works });
  } finally {
    collector.close();
    collector.closeAllConnections();
  }
};

try {
  await checkClone();
  await checkPackage();
  await checkTracing();
  const left = [readme, tutorial, install, tracing].flatMap((page) => page.left());
  if (left.length > 0) throw new Error(`blocks that are not run: ${left}`);
} finally {
  await rm(work, { recursive: true, force: true });
}
