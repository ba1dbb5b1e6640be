import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface RaceResult {
  readonly won: number;
  readonly claimed: number;
  readonly other: number;
  readonly tokens: readonly string[];
}

const script = fileURLToPath(new URL('./race-claims.ts', import.meta.url));

/** Processes over one store that claim one code `each` times at the same moment. The code must be there already. */
export const raceClaims = async (
  url: string,
  family: string,
  { processes, each }: { readonly processes: number; readonly each: number },
): Promise<RaceResult> => {
  const children = Array.from({ length: processes }, () => fork(script, [url, family, String(each)]));
  try {
    await Promise.all(children.map((child) => once(child, 'message')));
    const results = children.map((child) => once(child, 'message'));
    for (const child of children) child.send('go');
    const tallies: RaceResult[] = (await Promise.all(results)).map(([tally]) => tally);
    return {
      won: tallies.reduce((sum, tally) => sum + tally.won, 0),
      claimed: tallies.reduce((sum, tally) => sum + tally.claimed, 0),
      other: tallies.reduce((sum, tally) => sum + tally.other, 0),
      tokens: tallies.flatMap((tally) => tally.tokens),
    };
  } finally {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL');
  }
};
