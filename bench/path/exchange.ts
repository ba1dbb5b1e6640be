import { audienceOf } from '../fixtures.ts';
import { redeemCode } from '../flows.ts';
import { startPostern } from '../subjects/postern.ts';
import { openRedis } from '../subjects/redis.ts';
import type { CalledFunction } from './called-function.ts';
import { traceLength, traceRequest } from './trace.ts';

export const tracedStores = ['redis', 'embedded'] as const;
export type TracedStore = (typeof tracedStores)[number];

/** The functions that one code exchange runs through, on a server that is started as operators do. */
export const traceExchange = async (store: TracedStore): Promise<CalledFunction[]> => {
  const redis = store === 'redis' ? await openRedis() : undefined;
  const server = await startPostern({
    ...(redis && { redis }),
    preload: new URL('../processes/called-functions.ts', import.meta.url).href,
  });
  try {
    const codes = [...(await server.mint({ kind: 'code', alg: 'ES256', count: traceLength }))];
    return await traceRequest(server.process, async () => {
      const { path, headers = {}, body = '' } = redeemCode('ES256', codes.pop() ?? '', audienceOf('ES256'));
      const response = await fetch(`http://localhost:${server.port}${path}`, {
        method: 'POST',
        headers,
        body,
      });
      const text = await response.text();
      if (response.status !== 200) throw new Error(`the exchange failed with ${response.status}: ${text}`);
    });
  } finally {
    await server.close();
    await redis?.close();
  }
};
