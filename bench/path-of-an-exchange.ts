/**
 * Which files one code exchange runs through: `npm run path -- [--store embedded] [--functions]`. It starts a server
 * as operators do, warms it, and asks V8 which functions of `src`, `config` and `adapters` run between a request and
 * its answer. It prints the files in the order in which they are entered.
 */
import { parseArgs } from 'node:util';
import { audienceOf } from './fixtures.ts';
import { redeemCode } from './flows.ts';
import { type CalledFunction, fileOf } from './path/called-function.ts';
import { traceLength, traceRequest } from './path/trace.ts';
import { startPostern } from './subjects/postern.ts';
import { openRedis } from './subjects/redis.ts';

const { values } = parseArgs({
  options: {
    store: { type: 'string', default: 'redis' },
    functions: { type: 'boolean', default: false },
  },
});

const print = (functions: readonly CalledFunction[]): void => {
  const byFile = Map.groupBy(functions, (called) => fileOf(called) ?? '');
  for (const [file, called] of byFile) {
    process.stdout.write(`${file}\n`);
    if (!values.functions) continue;
    for (const { name, count } of called) process.stdout.write(`    ${name || '(anonymous)'} × ${count}\n`);
  }
  process.stdout.write(`${byFile.size} files, ${functions.length} functions\n`);
};

const redis = values.store === 'redis' ? await openRedis() : undefined;
const server = await startPostern({
  ...(redis && { redis }),
  preload: new URL('./processes/called-functions.ts', import.meta.url).href,
});
try {
  const codes = [...(await server.mint({ kind: 'code', alg: 'ES256', count: traceLength }))];
  const exchange = async (): Promise<void> => {
    const { path, headers = {}, body = '' } = redeemCode('ES256', codes.pop() ?? '', audienceOf('ES256'));
    const response = await fetch(`http://localhost:${server.port}${path}`, { method: 'POST', headers, body });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`the exchange failed with ${response.status}: ${text}`);
  };
  print(await traceRequest(server.process, exchange));
} finally {
  await server.close();
  await redis?.close();
}
