import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface RaceResult {
  readonly won: number;
  readonly consumed: number;
  readonly other: number;
  readonly tokens: readonly string[];
}

const script = fileURLToPath(new URL('./consume-race-process.ts', import.meta.url));

/** Starts processes over one store that each consume one existing code `each` times at the same moment. */
export const raceConsumption = async (
  url: string,
  family: string,
  { processes, each }: { readonly processes: number; readonly each: number },
): Promise<RaceResult> => {
  const children = Array.from({ length: processes }, () => fork(script, [url, family, String(each)]));
  try {
    await Promise.all(children.map((child) => once(child, 'message')));
    const results = children.map((child) => once(child, 'message'));
    for (const child of children) child.send('go');
    const counts: RaceResult[] = (await Promise.all(results)).map(([tally]) => tally);
    return {
      won: counts.reduce((sum, tally) => sum + tally.won, 0),
      consumed: counts.reduce((sum, tally) => sum + tally.consumed, 0),
      other: counts.reduce((sum, tally) => sum + tally.other, 0),
      tokens: counts.flatMap((tally) => tally.tokens),
    };
  } finally {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  }
};
