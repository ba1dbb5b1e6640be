import { setTimeout as sleep } from 'node:timers/promises';
import type { Generator } from '../load/generator.ts';
import { serializeRequest } from '../load/request.ts';
import { cpuMs } from '../measure/process-status.ts';
import { signIn } from './browser.ts';
import { type StoreName, startCheckout } from './checkout.ts';
import { type ComparedFlow, type CredentialKind, signInRequest, supplies, type TokenKind } from './flows.ts';
import { password, usernames } from './settings.ts';

/** Processor time of one request, in milliseconds. */
export interface Cost {
  readonly server: number;
  /** Absent when the server keeps its records in its own process. */
  readonly database?: number;
}

/** A running server with people who are signed in. */
export interface Subject {
  readonly port: number;
  readonly pid: number;
  readonly databasePid?: number;
  /** The cookies of each signed-in browser. */
  readonly cookies: readonly string[];
  /** Flows that make credentials. */
  readonly supplies: readonly ComparedFlow[];
  /** Makes codes where one request of a signed-in browser doesn't. */
  readonly makeCodes?: (count: number) => Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface Side {
  /** Sends so many requests and returns what one of them took. */
  measure(flow: ComparedFlow, count: number): Promise<Cost>;
  close(): Promise<void>;
}

const connections = 8;
const tokenCount = 200;
const reusableTokens: ReadonlySet<CredentialKind> = new Set<TokenKind>(['access-token', 'userinfo-token']);
/** Audit records are written a quarter of a second after the answers; their time counts. */
const deferredWorkMs = 350;

const signInAll = (origin: string): Promise<string[]> =>
  Promise.all(usernames.map((username) => signIn({ origin, authorize: signInRequest, username, password })));

/** Starts a checkout of Postern, with a signed-in browser for each account. */
export const startSide = async (root: string, store: StoreName, generator: Generator): Promise<Side> => {
  const checkout = await startCheckout(root, store);
  try {
    const cookies = await signInAll(`http://localhost:${checkout.port}`);
    const side = createSide({ ...checkout, cookies, supplies }, generator);
    // Two simultaneous first requests of one browser would make two grants, of which the session keeps one.
    for (const flow of supplies) if (flow.uses === 'cookies') await side.measure(flow, cookies.length);
    return side;
  } catch (error) {
    await checkout.close();
    throw error;
  }
};

export const createSide = (
  { port, pid, databasePid, cookies, supplies, makeCodes, close }: Subject,
  generator: Generator,
): Side => {
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
    if (kind === 'code' && makeCodes) {
      unused.set(kind, await makeCodes(count));
      return;
    }
    const flow = supplies.find(({ makes }) => makes?.kind === kind);
    if (!flow) throw new Error(`no flow makes the credential ${kind}`);
    await send(flow, await take(flow.uses, count), count);
    await sleep(deferredWorkMs);
  };

  const take = async (kind: CredentialKind | undefined, count: number): Promise<readonly string[]> => {
    if (kind === undefined) return [];
    const shared = reusable.get(kind);
    if (shared) return shared;
    if (reusableTokens.has(kind)) {
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
      const before = { server: cpuMs(pid), database: databasePid && cpuMs(databasePid) };
      await send(flow, credentials, count);
      await sleep(deferredWorkMs);
      return {
        server: (cpuMs(pid) - before.server) / count,
        ...(databasePid !== undefined &&
          before.database !== undefined && { database: (cpuMs(databasePid) - before.database) / count }),
      };
    },
    close,
  };
};
