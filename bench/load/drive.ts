import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.ts';

export interface LoadJob {
  readonly port: number;
  /** Serialized requests, each of which is sent once. */
  readonly rawRequests: readonly string[];
  readonly connections: number;
  readonly status: number;
  /** Requests a second, sent without waiting for answers to earlier ones; absent: full speed. */
  readonly rate?: number;
  /** Each answer, headers included, must match; the first group is kept. */
  readonly pattern?: RegExp;
}

export interface LoadResult {
  readonly seconds: number;
  /** Sorted milliseconds. At a fixed rate they count from the time at which a request was due. */
  readonly latencies: readonly number[];
  readonly failures: number;
  /** The first unexpected answer. */
  readonly failure?: string;
  /** What the pattern found, in the order of the answers. */
  readonly matches: readonly string[];
}

export const sendLoad = async ({
  port,
  rawRequests,
  connections,
  status,
  rate,
  pattern,
}: LoadJob): Promise<LoadResult> => {
  const open = await Promise.all(
    Array.from({ length: Math.min(connections, rawRequests.length) }, () => Connection.open(port)),
  );
  const matches: string[] = [];
  const latencies: number[] = [];
  let failures = 0;
  let failure: string | undefined;
  let next = 0;

  const send = async (connection: Connection, rawRequest: string, since: number): Promise<void> => {
    const answer = await connection.send(rawRequest);
    latencies.push(performance.now() - since);
    const match = pattern?.exec(answer.text)?.[1];
    if (match !== undefined) matches.push(match);
    if (answer.status === status && (pattern === undefined || match !== undefined)) return;
    failures++;
    failure ??= answer.text.slice(0, 2000);
  };

  const started = performance.now();
  const sendAtFullSpeed = async (connection: Connection): Promise<void> => {
    for (;;) {
      const rawRequest = rawRequests[next++];
      if (rawRequest === undefined) return;
      await send(connection, rawRequest, performance.now());
    }
  };
  const sendAtRate = async (connection: Connection, perSecond: number): Promise<void> => {
    for (;;) {
      const due = started + (next * 1000) / perSecond;
      const rawRequest = rawRequests[next++];
      if (rawRequest === undefined) return;
      const wait = due - performance.now();
      if (wait > 0.5) await sleep(wait);
      await send(connection, rawRequest, due);
    }
  };
  await Promise.all(
    open.map((connection) =>
      rate === undefined ? sendAtFullSpeed(connection) : sendAtRate(connection, rate),
    ),
  );
  const seconds = (performance.now() - started) / 1000;
  for (const connection of open) connection.close();
  latencies.sort((a, b) => a - b);
  return { seconds, latencies, failures, matches, ...(failure !== undefined && { failure }) };
};
