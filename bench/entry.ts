import type { Server } from './contestants/server.ts';
import { type Flow, redemption } from './flows.ts';
import type { Entry } from './measure/rounds.ts';

/** Browsers that take turns in flows that spend nothing. */
const browsers = 200;
const tokenCount = 200;

type Options = Pick<Entry, 'connections' | 'rate'>;

const accessTokenFor = async (
  server: Server,
  { alg, tokensFor = '' }: Flow,
  code: string,
): Promise<string> => {
  const { path, headers = {}, body = '' } = redemption(alg, code, tokensFor);
  const response = await fetch(`http://localhost:${server.port}${path}`, { method: 'POST', headers, body });
  const answer = await response.json();
  if (typeof answer !== 'object' || answer === null || !('access_token' in answer))
    throw new Error(`a code was not redeemed: ${JSON.stringify(answer)}`);
  return String(answer.access_token);
};

export const entryOf = (label: string, server: Server, flow: Flow, options: Options = {}): Entry => {
  let cookies: Promise<readonly string[]> | undefined;
  let tokens: Promise<readonly string[]> | undefined;
  const pieces = (count: number): Promise<readonly string[]> => {
    const { material, alg } = flow;
    if (material === undefined) return Promise.resolve(new Array<string>(count).fill(''));
    if (flow.tokensFor !== undefined && !server.codesAreTokens) {
      tokens ??= server
        .mint({ kind: material, alg, count: tokenCount })
        .then((codes) => Promise.all(codes.map((code) => accessTokenFor(server, flow, code))));
      return tokens;
    }
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
