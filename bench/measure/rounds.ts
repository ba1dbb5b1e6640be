import type { Generator } from '../load/generator.ts';
import { type Request, serializeRequest } from '../load/request.ts';
import type { Server } from '../subjects/server.ts';
import { percentile } from './numbers.ts';
import { cpuMs } from './process-status.ts';
import { type Measurement, type Sample, type Series, summarize } from './summary.ts';

export interface Workload {
  readonly label: string;
  /** The label of the workload that ratios are to; absent or not measured: the first one. */
  readonly ratioTo?: string;
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
export const measureRounds = async (
  generator: Generator,
  workloads: readonly Workload[],
  { rounds, perRound, warmUp }: Effort,
): Promise<Series[]> => {
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
  return workloads.map(({ label, ratioTo }, i) => ({
    label,
    samples: samples[i] ?? [],
    ...(ratioTo !== undefined && { ratioTo }),
  }));
};

export const measureInterleaved = async (
  generator: Generator,
  workloads: readonly Workload[],
  effort: Effort,
): Promise<Measurement[]> => summarize([await measureRounds(generator, workloads, effort)]);
