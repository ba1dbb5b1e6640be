import type { Server } from '../contestants/server.ts';
import type { Generator } from '../load/generator.ts';
import { type Request, toWire } from '../load/request.ts';
import { median, percentile } from './numbers.ts';
import { cpuMs } from './process-status.ts';

export interface Entry {
  readonly label: string;
  readonly server: Server;
  /** Fresh requests, each good for one use. */
  readonly requests: (count: number) => Promise<readonly Request[]>;
  readonly status: number;
  readonly connections?: number;
  readonly rate?: number;
}

export interface Effort {
  readonly rounds: number;
  readonly perRound: number;
  readonly warmUp: number;
}

/** Medians over the rounds; processor time in milliseconds a request. */
export interface Measured {
  readonly label: string;
  readonly serverCpu: number;
  /** Of the best round: what a request takes when nothing else disturbs the processor. */
  readonly leastCpu: number;
  readonly redisCpu: number | undefined;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** The middle of the ratios of each round, which a slow minute of the machine does not move. */
  readonly ratio: number;
}

interface Sample {
  readonly server: number;
  readonly redis: number | undefined;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

const warmUpStep = 1_000;

const once = async (generator: Generator, entry: Entry, count: number): Promise<Sample> => {
  const { server } = entry;
  const requests = await entry.requests(count);
  await server.settle();
  const host = `localhost:${server.port}`;
  const wires = requests.map((request) => toWire(request, host));
  const before = { server: cpuMs(server.pid), redis: server.redisPid && cpuMs(server.redisPid) };
  const driven = await generator.drive({
    port: server.port,
    wires,
    connections: entry.connections ?? 8,
    status: entry.status,
    ...(entry.rate !== undefined && { rate: entry.rate }),
  });
  // What a request leaves to be done afterwards (records, tidying up) is its cost as well.
  await server.finish();
  const each = (now: number, then: number): number => (now - then) / wires.length;
  if (driven.failures > 0)
    throw new Error(`${entry.label}: ${driven.failures} of ${wires.length} failed: ${driven.failure}`);
  return {
    server: each(cpuMs(server.pid), before.server),
    redis:
      server.redisPid && before.redis !== undefined ? each(cpuMs(server.redisPid), before.redis) : undefined,
    perSecond: wires.length / driven.seconds,
    p50: percentile(driven.latencies, 0.5),
    p99: percentile(driven.latencies, 0.99),
  };
};

/** A B C A B C …: whatever else the machine does falls on all of them. */
export const inRounds = async (
  generator: Generator,
  entries: readonly Entry[],
  { rounds, perRound, warmUp }: Effort,
): Promise<Measured[]> => {
  for (const entry of entries) {
    const { rate: _, ...unhurried } = entry;
    for (let left = warmUp; left > 0; left -= warmUpStep)
      await once(generator, unhurried, Math.min(left, warmUpStep));
  }
  const samples: Sample[][] = entries.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, entry] of entries.entries()) samples[i]?.push(await once(generator, entry, perRound));
  }
  const first = samples[0] ?? [];
  return entries.map(({ label }, i) => {
    const own = samples[i] ?? [];
    const redis = own.flatMap(({ redis }) => (redis === undefined ? [] : [redis]));
    return {
      label,
      serverCpu: median(own.map(({ server }) => server)),
      leastCpu: Math.min(...own.map(({ server }) => server)),
      redisCpu: redis.length > 0 ? median(redis) : undefined,
      perSecond: median(own.map(({ perSecond }) => perSecond)),
      p50: median(own.map(({ p50 }) => p50)),
      p99: median(own.map(({ p99 }) => p99)),
      ratio: median(own.map(({ server }, round) => server / (first[round]?.server ?? Number.NaN))),
    };
  });
};
