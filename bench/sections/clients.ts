import { clientCredentials } from '../flows.ts';
import { measureInterleaved, type Workload } from '../measure/rounds.ts';
import { startPostern } from '../subjects/postern.ts';
import { openRedis } from '../subjects/redis.ts';
import { createWorkload } from '../workload.ts';
import type { Section } from './section.ts';

/** Compares ten thousand clients in the store with one of them. */
export const measureManyClients: Section = async ({ generator, effort, report }) => {
  const redis = await openRedis();
  const server = await startPostern({ redis });
  const ids = await server.addClients(10_000);
  const one = createWorkload('1 client', server, clientCredentials(ids[0]));
  let next = 0;
  const all: Workload = {
    ...one,
    label: '10,000 clients',
    requests: async (count) =>
      Array.from({ length: count }, () => clientCredentials(ids[next++ % ids.length]).request('')),
  };
  // The warm-up reads every client once, so that no round pays for the first read of a client.
  const warmUp = Math.max(effort.warmUp, 10_000);
  const rows = await measureInterleaved(generator, [one, all], { ...effort, warmUp });
  report({ title: 'client credentials, by the number of clients', rows });
  await server.close();
  await redis.close();
};
