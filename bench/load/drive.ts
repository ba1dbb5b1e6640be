import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from './connection.ts';

export interface Job {
  readonly port: number;
  /** Requests as they go over the wire, each sent once. */
  readonly wires: readonly string[];
  readonly connections: number;
  readonly status: number;
  /** Requests a second, whatever the answers take; absent: as fast as they come. */
  readonly rate?: number;
}

export interface Driven {
  readonly seconds: number;
  /** Milliseconds, sorted. At a fixed rate counted from when a request was due, waiting included. */
  readonly latencies: readonly number[];
  readonly failures: number;
  /** The first answer that was not expected. */
  readonly failure?: string;
}

export const drive = async ({ port, wires, connections, status, rate }: Job): Promise<Driven> => {
  const free = await Promise.all(
    Array.from({ length: Math.min(connections, wires.length) }, () => Connection.open(port)),
  );
  const all = [...free];
  const latencies: number[] = [];
  let failures = 0;
  let failure: string | undefined;
  let next = 0;

  const send = async (connection: Connection, wire: string, since: number): Promise<void> => {
    const answer = await connection.ask(wire);
    latencies.push(performance.now() - since);
    if (answer.status === status) return;
    failures++;
    failure ??= answer.text.slice(0, 600);
  };

  const started = performance.now();
  const asFastAsTheyCome = async (connection: Connection): Promise<void> => {
    for (;;) {
      const wire = wires[next++];
      if (wire === undefined) return;
      await send(connection, wire, performance.now());
    }
  };
  const atRate = async (connection: Connection, perSecond: number): Promise<void> => {
    for (;;) {
      const due = started + (next * 1000) / perSecond;
      const wire = wires[next++];
      if (wire === undefined) return;
      const wait = due - performance.now();
      if (wait > 0.5) await sleep(wait);
      await send(connection, wire, due);
    }
  };
  await Promise.all(all.map((one) => (rate === undefined ? asFastAsTheyCome(one) : atRate(one, rate))));
  const seconds = (performance.now() - started) / 1000;
  for (const connection of all) connection.close();
  latencies.sort((a, b) => a - b);
  return { seconds, latencies, failures, ...(failure !== undefined && { failure }) };
};
