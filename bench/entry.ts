import type { Server } from './contestants/server.ts';
import type { Flow } from './flows.ts';
import type { Entry } from './measure/rounds.ts';

/** Browsers that take turns in flows that spend nothing. */
const browsers = 200;

type Options = Pick<Entry, 'connections' | 'rate'>;

export const entryOf = (label: string, server: Server, flow: Flow, options: Options = {}): Entry => {
  let cookies: Promise<readonly string[]> | undefined;
  const pieces = (count: number): Promise<readonly string[]> => {
    const { material, alg } = flow;
    if (material === undefined) return Promise.resolve(new Array<string>(count).fill(''));
    if (material !== 'cookies') return server.mint({ kind: material, alg, count });
    cookies ??= server.mint({ kind: material, alg, count: browsers });
    return cookies;
  };
  return {
    label,
    server,
    status: flow.status,
    ...options,
    async requests(count) {
      const made = await pieces(count);
      return Array.from({ length: count }, (_, i) => flow.request(made[i % made.length] ?? ''));
    },
  };
};
