import type { Generator } from '../load/generator.ts';
import { type Request, serializeRequest } from '../load/request.ts';
import type { Server } from '../subjects/server.ts';
import { median, percentile } from './numbers.ts';
import { cpuMs } from './process-status.ts';

export interface Workload {
  readonly label: string;
  readonly server: Server;
  /** Makes new requests, each of which is sent once. */
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

/** Medians over the rounds. Processor time is in milliseconds a request. */
export interface Measurement {
  readonly label: string;
  readonly serverCpu: number;
  /** The best round shows what a request takes when no other process disturbs it. */
  readonly leastCpu: number;
  readonly redisCpu: number | undefined;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** The median of the rounds' ratios to the first workload, which a slow minute of the machine does not move. */
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

const measureRound = async (generator: Generator, workload: Workload, count: number): Promise<Sample> => {
  const { server } = workload;
  const requests = await workload.requests(count);
  await server.collectGarbage();
  const host = `localhost:${server.port}`;
  const rawRequests = requests.map((request) => serializeRequest(request, host));
  const before = { server: cpuMs(server.pid), redis: server.redisPid && cpuMs(server.redisPid) };
  const result = await generator.sendLoad({
    port: server.port,
    rawRequests,
    connections: workload.connections ?? 8,
    status: workload.status,
    ...(workload.rate !== undefined && { rate: workload.rate }),
  });
  // Work that follows an answer, such as audit records, is part of its cost.
  await server.awaitDeferredWork();
  const perRequest = (now: number, then: number): number => (now - then) / rawRequests.length;
  if (result.failures > 0)
    throw new Error(
      `${workload.label}: ${result.failures} of ${rawRequests.length} failed: ${result.failure}`,
    );
  return {
    server: perRequest(cpuMs(server.pid), before.server),
    redis:
      server.redisPid && before.redis !== undefined
        ? perRequest(cpuMs(server.redisPid), before.redis)
        : undefined,
    perSecond: rawRequests.length / result.seconds,
    p50: percentile(result.latencies, 0.5),
    p99: percentile(result.latencies, 0.99),
  };
};

/** Workloads take turns (A B C A B C …), so that other load on the machine falls on all of them. */
export const measureInterleaved = async (
  generator: Generator,
  workloads: readonly Workload[],
  { rounds, perRound, warmUp }: Effort,
): Promise<Measurement[]> => {
  for (const workload of workloads) {
    const { rate: _, ...atFullSpeed } = workload;
    for (let left = warmUp; left > 0; left -= warmUpStep)
      await measureRound(generator, atFullSpeed, Math.min(left, warmUpStep));
  }
  const samples: Sample[][] = workloads.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (const [i, workload] of workloads.entries())
      samples[i]?.push(await measureRound(generator, workload, perRound));
  }
  const first = samples[0] ?? [];
  return workloads.map(({ label }, i) => {
    const samplesOfWorkload = samples[i] ?? [];
    const redis = samplesOfWorkload.flatMap(({ redis }) => (redis === undefined ? [] : [redis]));
    return {
      label,
      serverCpu: median(samplesOfWorkload.map(({ server }) => server)),
      leastCpu: Math.min(...samplesOfWorkload.map(({ server }) => server)),
      redisCpu: redis.length > 0 ? median(redis) : undefined,
      perSecond: median(samplesOfWorkload.map(({ perSecond }) => perSecond)),
      p50: median(samplesOfWorkload.map(({ p50 }) => p50)),
      p99: median(samplesOfWorkload.map(({ p99 }) => p99)),
      ratio: median(
        samplesOfWorkload.map(({ server }, round) => server / (first[round]?.server ?? Number.NaN)),
      ),
    };
  });
};
