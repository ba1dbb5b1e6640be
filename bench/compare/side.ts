import { setTimeout as sleep } from 'node:timers/promises';
import type { Generator } from '../load/generator.ts';
import { serializeRequest } from '../load/request.ts';
import { cpuMs } from '../measure/process-status.ts';
import { signIn } from './browser.ts';
import { type RunningCheckout, type StoreName, startCheckout } from './checkout.ts';
import { type ComparedFlow, type CredentialKind, signInRequest, supplies } from './flows.ts';
import { password, usernames } from './settings.ts';

export interface Side {
  /** Sends so many requests and returns the processor time of the server for one, in milliseconds. */
  measure(flow: ComparedFlow, count: number): Promise<number>;
  close(): Promise<void>;
}

const connections = 8;
const tokenCount = 200;
/** Audit records are written a quarter of a second after the answers; their time counts. */
const deferredWorkMs = 350;

const signInAll = (origin: string): Promise<string[]> =>
  Promise.all(usernames.map((username) => signIn({ origin, authorize: signInRequest, username, password })));

/** Starts one of the two checkouts, with a signed-in browser for each account. */
export const startSide = async (root: string, store: StoreName, generator: Generator): Promise<Side> => {
  const checkout = await startCheckout(root, store);
  try {
    const cookies = await signInAll(`http://localhost:${checkout.port}`);
    const side = createSide(checkout, cookies, generator);
    // Two simultaneous first requests of one browser would make two grants, of which the session keeps one.
    for (const flow of supplies) if (flow.uses === 'cookies') await side.measure(flow, cookies.length);
    return side;
  } catch (error) {
    await checkout.close();
    throw error;
  }
};

const createSide = (checkout: RunningCheckout, cookies: readonly string[], generator: Generator): Side => {
  const { port, pid } = checkout;
  const host = `localhost:${port}`;
  const reusable = new Map<CredentialKind, readonly string[]>([['cookies', cookies]]);
  const unused = new Map<CredentialKind, readonly string[]>();

  const send = async (flow: ComparedFlow, credentials: readonly string[], count: number): Promise<void> => {
    const result = await generator.sendLoad({
      port,
      rawRequests: Array.from({ length: count }, (_, i) =>
        serializeRequest(flow.request(credentials[i % credentials.length] ?? ''), host),
      ),
      connections,
      status: flow.status,
      ...(flow.makes && { pattern: flow.makes.pattern }),
    });
    if (result.failures > 0)
      throw new Error(`${flow.title}: ${result.failures} of ${count} failed: ${result.failure}`);
    // Unused credentials of earlier calls are dropped, because they expire.
    if (flow.makes) unused.set(flow.makes.kind, result.matches);
  };

  const supply = async (kind: CredentialKind, count: number): Promise<void> => {
    const flow = supplies.find(({ makes }) => makes?.kind === kind);
    if (!flow) throw new Error(`no flow makes the credential ${kind}`);
    await send(flow, await take(flow.uses, count), count);
    await sleep(deferredWorkMs);
  };

  const take = async (kind: CredentialKind | undefined, count: number): Promise<readonly string[]> => {
    if (kind === undefined) return [];
    const shared = reusable.get(kind);
    if (shared) return shared;
    if (kind === 'opaque-token') {
      await supply(kind, tokenCount);
      const tokens = unused.get(kind) ?? [];
      reusable.set(kind, tokens);
      return tokens;
    }
    if ((unused.get(kind)?.length ?? 0) < count) await supply(kind, count);
    const available = unused.get(kind) ?? [];
    unused.set(kind, available.slice(count));
    return available.slice(0, count);
  };

  return {
    async measure(flow, count) {
      const credentials = await take(flow.uses, count);
      const before = cpuMs(pid);
      await send(flow, credentials, count);
      await sleep(deferredWorkMs);
      return (cpuMs(pid) - before) / count;
    },
    close: () => checkout.close(),
  };
};
