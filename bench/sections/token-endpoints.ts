import { codeEndpoints } from '../flows.ts';
import { measureInterleaved } from '../measure/rounds.ts';
import { startPostern } from '../subjects/postern.ts';
import { openRedis } from '../subjects/redis.ts';
import { createWorkload } from '../workload.ts';
import type { Section } from './section.ts';

/** Redeems the same kind of code at the form token endpoint and at the JSON token endpoint. */
export const compareTokenEndpoints: Section = async ({ generator, effort, report }) => {
  const redis = await openRedis();
  const server = await startPostern({ redis });
  const rows = await measureInterleaved(
    generator,
    [
      createWorkload('form token endpoint', server, codeEndpoints.form),
      createWorkload('JSON token endpoint', server, codeEndpoints.json),
    ],
    effort,
  );
  report({ title: 'one access token for a code, at both token endpoints', rows });
  await server.close();
  await redis.close();
};
