/**
 * The compile cache of Node holds what V8 compiles together with a file. Other functions are compiled when they are
 * called, at each start again, which is a fifth of the processor time of a start. V8 compiles a function together with
 * its file if it stands in parentheses. So the functions that a start calls get parentheses.
 */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { freePort } from '#src/testing/free-port.ts';

interface Range {
  readonly startOffset: number;
  readonly endOffset: number;
  readonly count: number;
}

/** What Node writes with NODE_V8_COVERAGE. The first range of a function is the whole of it. */
interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly ranges: readonly [Range, ...Range[]] }[];
  }[];
}

const giveUpAfterMs = 120_000;

/**
 * Resolves when the child says that it listens. An answer at its address does not show that, because another program
 * may have the port, and a child that is ended earlier has called too little.
 */
const waitUntilListening = async (child: ChildProcessByStdio<null, null, Readable>, issuer: string) => {
  let said = '';
  child.stderr.setEncoding('utf8');
  // The stream is read to its end, so that the child never waits to write.
  const listening = new Promise<void>((resolve) => {
    child.stderr.on('data', (text: string) => {
      said += text;
      if (said.includes(`listening on ${issuer} `)) resolve();
    });
  });
  const ended = once(child, 'close').then(([code, signal]) => {
    throw new Error(`the bundle ended with ${code ?? signal} at its start: ${said}`);
  });
  await Promise.race([listening, ended]);
};

/** Starts the bundle, reads discovery, and ends it, so that it writes its coverage. */
const startAndStop = async (file: string, folder: string, coverage: string): Promise<void> => {
  const port = await freePort();
  const issuer = `http://localhost:${port}`;
  const settings = [`issuer=${issuer}`, `listen.port=${port}`, 'log.format=json', 'demo=false'];
  const child = spawn(process.execPath, [file, ...settings.flatMap((one) => ['--set', one]), 'start'], {
    cwd: folder,
    env: { NODE_V8_COVERAGE: coverage },
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: giveUpAfterMs,
    killSignal: 'SIGKILL',
  });
  const ended = once(child, 'close');
  try {
    await waitUntilListening(child, issuer);
    const discovery = await fetch(`${issuer}/.well-known/openid-configuration`);
    const found = Object(await discovery.json())['issuer'];
    if (found !== issuer) throw new Error(`discovery names the issuer ${found} instead of ${issuer}`);
  } finally {
    child.kill('SIGTERM');
    await ended;
  }
  if (child.exitCode !== 0) throw new Error(`the bundle ended with ${child.exitCode ?? child.signalCode}`);
};

/** Returns the functions of the bundle that a start until the first discovery calls. */
const findCalled = async (file: string): Promise<readonly Range[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-start-'));
  try {
    const coverage = join(folder, 'coverage');
    await mkdir(coverage);
    await startAndStop(file, folder, coverage);
    // Each thread writes a file of its own. The bundle itself is only in that of the main thread.
    const written = await Promise.all(
      (await readdir(coverage)).map(async (name): Promise<Coverage> => {
        return JSON.parse(await readFile(join(coverage, name), 'utf8'));
      }),
    );
    const [script, ...others] = written
      .flatMap(({ result }) => result)
      .filter(({ url }) => url === pathToFileURL(file).href);
    if (!script || others.length > 0)
      throw new Error(`${others.length + (script ? 1 : 0)} of ${written.length} threads ran the bundle`);
    return script.functions.map(({ ranges: [whole] }) => whole).filter(({ count }) => count > 0);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
};

/** Arrow functions only, because they mean the same in parentheses. The modules of the bundle are such functions. */
const isArrowFunction = (text: string): boolean => /^(?:\(|[\w$]+=>|async\(|async [\w$]+=>)/.test(text);

/** Returns the text of the bundle with the parentheses. */
export const addCompileHints = async (file: string): Promise<string> => {
  const text = await readFile(file, 'utf8');
  const arrows = (await findCalled(file)).filter(({ startOffset, endOffset }) =>
    isArrowFunction(text.slice(startOffset, endOffset)),
  );
  if (arrows.length === 0) throw new Error('no function of the bundle was called');
  const marks = [
    ...arrows.map(({ startOffset }) => [startOffset, '('] as const),
    ...arrows.map(({ endOffset }) => [endOffset, ')'] as const),
  ].sort(([one], [other]) => one - other);
  const pieces = marks.map(([at, mark], index) => text.slice(marks[index - 1]?.[0] ?? 0, at) + mark);
  return pieces.join('') + text.slice(marks.at(-1)?.[0]);
};
