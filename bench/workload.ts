import { type Flow, redeemCode } from './flows.ts';
import type { Workload } from './measure/rounds.ts';
import type { Server } from './subjects/server.ts';

/** Flows that consume nothing take turns with this many browsers. */
const browserCount = 1_000;
const tokenCount = 200;

type WorkloadOptions = Pick<Workload, 'connections' | 'rate'>;

const redeemAccessToken = async (
  server: Server,
  { alg, tokensFor = '' }: Flow,
  code: string,
): Promise<string> => {
  const { path, headers = {}, body = '' } = redeemCode(alg, code, tokensFor);
  const response = await fetch(`http://localhost:${server.port}${path}`, { method: 'POST', headers, body });
  const answer = await response.json();
  if (typeof answer !== 'object' || answer === null || !('access_token' in answer))
    throw new Error(`a code was not redeemed: ${JSON.stringify(answer)}`);
  return String(answer.access_token);
};

export const createWorkload = (
  label: string,
  server: Server,
  flow: Flow,
  options: WorkloadOptions = {},
): Workload => {
  let cookies: Promise<readonly string[]> | undefined;
  let tokens: Promise<readonly string[]> | undefined;
  const getCredentials = (count: number): Promise<readonly string[]> => {
    const { credential, alg } = flow;
    if (credential === undefined) return Promise.resolve(new Array<string>(count).fill(''));
    if (flow.tokensFor !== undefined && !server.codesAreTokens) {
      tokens ??= server
        .mint({ kind: credential, alg, count: tokenCount })
        .then((codes) => Promise.all(codes.map((code) => redeemAccessToken(server, flow, code))));
      return tokens;
    }
    if (credential !== 'cookies') return server.mint({ kind: credential, alg, count });
    cookies ??= server.mint({ kind: credential, alg, count: browserCount });
    return cookies;
  };
  return {
    label,
    server,
    status: flow.status,
    ...options,
    async requests(count) {
      const credentials = await getCredentials(count);
      return Array.from({ length: count }, (_, i) => flow.request(credentials[i % credentials.length] ?? ''));
    },
  };
};
