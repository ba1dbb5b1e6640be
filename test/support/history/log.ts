import { readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

export type Action = 'issue' | 'redeem' | 'refresh' | 'merge' | 'revoke' | 'look';

/** One attempt of one worker. `mark` is unique and is part of everything the attempt wrote. */
export interface Attempt {
  readonly mark: number;
  readonly action: Action;
  /** The family it concerns; for a merge, the session. */
  readonly about: string;
  /** The number of the refresh token that it consumed. */
  readonly turn?: number;
}

/** `lost`: the worker was killed before it received the reply. */
export type Outcome = 'ok' | 'lost' | 'unavailable' | 'exists' | 'consumed' | 'absent' | 'changed';

export interface Event extends Attempt {
  readonly outcome: Outcome;
  /** The result of a read. */
  readonly found?: boolean;
  /** Microseconds of the system's monotonic clock, which all processes share. */
  readonly from: number;
  readonly until: number;
}

type Line =
  | { readonly invoke: Attempt; readonly time: number }
  | { readonly answer: number; readonly outcome: Outcome; readonly found?: boolean; readonly time: number };

const time = (): number => Number(process.hrtime.bigint() / 1_000n);

/** Creates a log that is written synchronously, so that a line survives the death of its process. */
export const createLog = (file: number) => {
  const write = (line: Line): void => void writeSync(file, `${JSON.stringify(line)}\n`);
  return {
    invoke: (attempt: Attempt): void => write({ invoke: attempt, time: time() }),
    answer: (mark: number, outcome: Outcome, found?: boolean): void =>
      write({ answer: mark, outcome, ...(found === undefined ? {} : { found }), time: time() }),
  };
};

const parse = (text: string): Line | undefined => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

export const readHistory = (folder: string): Event[] => {
  const events = new Map<number, Event>();
  for (const name of readdirSync(folder)) {
    if (!name.endsWith('.log')) continue;
    for (const text of readFileSync(join(folder, name), 'utf8').split('\n')) {
      const line = parse(text);
      if (!line) continue;
      if ('invoke' in line) {
        const event = { ...line.invoke, outcome: 'lost', from: line.time, until: Infinity } as const;
        events.set(event.mark, event);
      } else {
        const event = events.get(line.answer);
        if (!event) throw new Error('an answer without a question');
        const { outcome, found, time: until } = line;
        events.set(event.mark, { ...event, outcome, until, ...(found === undefined ? {} : { found }) });
      }
    }
  }
  return [...events.values()];
};
