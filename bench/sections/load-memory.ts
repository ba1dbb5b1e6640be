import { setTimeout as sleep } from 'node:timers/promises';
import { getFlow } from '../flows.ts';
import { serializeRequest } from '../load/request.ts';
import { peakRssMb, rssMb } from '../measure/process-status.ts';
import { startPostern } from '../subjects/postern.ts';
import { openRedis } from '../subjects/redis.ts';
import { createWorkload } from '../workload.ts';
import type { Section } from './section.ts';

/** A mixture of what a server does: each step sends so many requests of each of these flows. */
const flowNames = ['exchange', 'refresh', 'client-credentials', 'introspection', 'authorize'] as const;
const stepSize = 1_000;
const restMs = 2_000;
const recoveryMs = 30_000;

/** Resident memory before, during and after many requests. */
export const measureLoadMemory: Section = async ({ generator, quick, report }) => {
  const total = quick ? 10_000 : 100_000;
  for (const store of ['Redis', 'embedded'] as const) {
    const redis = store === 'Redis' ? await openRedis() : undefined;
    const server = await startPostern(redis ? { redis } : {});
    const workloads = flowNames.map((name) => createWorkload(name, server, getFlow(name)));
    await sleep(restMs);
    const atRest = rssMb(server.pid);
    for (let sent = 0; sent < total; sent += stepSize * workloads.length) {
      for (const { label, requests, status } of workloads) {
        const rawRequests = (await requests(stepSize)).map((request) =>
          serializeRequest(request, `localhost:${server.port}`),
        );
        const result = await generator.sendLoad({ port: server.port, rawRequests, connections: 8, status });
        if (result.failures > 0) throw new Error(`${label}: ${result.failures} failed: ${result.failure}`);
      }
    }
    const loaded = rssMb(server.pid);
    const peak = peakRssMb(server.pid);
    await sleep(recoveryMs);
    const after = rssMb(server.pid);
    report({
      title: `resident memory in MB, ${total.toLocaleString('en')} requests, ${store}`,
      values: {
        'at rest': Math.round(atRest),
        'after the requests': Math.round(loaded),
        'at most': Math.round(peak),
        '30 s later': Math.round(after),
        '30 s later, to rest': (after / atRest).toFixed(2),
      },
    });
    await server.close();
    await redis?.close();
  }
};
