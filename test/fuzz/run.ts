import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Arbitrary, assert, asyncProperty, type Parameters } from 'fast-check';
import type { Test } from 'tap';

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');

/** `npm run fuzz` multiplies the number of runs; a seed reproduces a failure. */
const times = Number(process.env['FUZZ_TIMES'] ?? 1);
const seed = process.env['FUZZ_SEED'];

const defaultRuns = 40;
const longestMs = 1000;

const heap = async (): Promise<number> => {
  for (let i = 0; i < 2; i++) {
    collect();
    await setImmediate();
  }
  return process.memoryUsage().heapUsed;
};

/** A busy machine is slow once; an input that hangs is slow each time. */
const inTime = async (attempt: () => Promise<void>): Promise<void> => {
  for (let tries = 1; ; tries++) {
    const started = performance.now();
    await attempt();
    const took = performance.now() - started;
    if (took < longestMs) return;
    if (tries === 3) throw new Error(`took ${Math.round(took)} ms`);
  }
};

/** Runs `attempt` on generated inputs. A failure prints the smallest failing input and the seed. */
export const fuzz = async <T>(
  t: Test,
  inputs: Arbitrary<T>,
  attempt: (input: T) => Promise<void> | void,
  { runs: wanted = defaultRuns }: { readonly runs?: number } = {},
): Promise<void> => {
  const parameters: Parameters<[T]> = {
    numRuns: wanted * times,
    ...(seed !== undefined && { seed: Number(seed) }),
  };
  let before = 0;
  let runs = 0;
  await assert(
    asyncProperty(inputs, async (input) => {
      // Modules are loaded, code is compiled and caches are filled by now.
      if (runs === Math.min(20, parameters.numRuns ?? 0)) before = await heap();
      runs += 1;
      await inTime(async () => attempt(input));
    }),
    parameters,
  );
  const grown = (await heap()) - before;
  t.ok(grown < 16 * 1024 * 1024, `${runs} tries: ${Math.round(grown / 1024)} KiB more than after the first`);
};
