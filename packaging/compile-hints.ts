/**
 * The compile cache of Node holds what V8 compiles together with a file. Other functions are compiled when they are
 * called, at each start again, which is a fifth of the processor time of a start. V8 compiles a function together with
 * its file if it stands in parentheses. So the functions that a start calls get parentheses.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
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

const answers = (url: string): Promise<boolean> =>
  fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );

const giveUpAfterMs = 60_000;

/** Starts the bundle until it answers discovery, and returns the functions that were called. */
const findCalled = async (file: string): Promise<readonly Range[]> => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-start-'));
  try {
    const coverage = join(folder, 'coverage');
    const port = await freePort();
    const issuer = `http://localhost:${port}`;
    const settings = [`issuer=${issuer}`, `listen.port=${port}`, 'log.format=json', 'demo=false'];
    const child = spawn(process.execPath, [file, ...settings.flatMap((one) => ['--set', one]), 'start'], {
      cwd: folder,
      env: { NODE_V8_COVERAGE: coverage },
      stdio: 'ignore',
      timeout: giveUpAfterMs,
    });
    const ended = once(child, 'exit');
    while (!(await answers(`${issuer}/.well-known/openid-configuration`))) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error('the bundle does not start');
      await sleep(50);
    }
    child.kill('SIGTERM');
    await ended;
    // Each thread writes a file of its own: the store has one besides the main thread.
    const written = await Promise.all(
      (await readdir(coverage)).map(async (name): Promise<Coverage> => {
        return JSON.parse(await readFile(join(coverage, name), 'utf8'));
      }),
    );
    const scripts = written
      .flatMap(({ result }) => result)
      .filter(({ url }) => url === pathToFileURL(file).href);
    const called = scripts
      .flatMap(({ functions }) => functions.map(({ ranges: [whole] }) => whole))
      .filter(({ count }) => count > 0);
    return [...new Map(called.map((range) => [`${range.startOffset} ${range.endOffset}`, range])).values()];
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
