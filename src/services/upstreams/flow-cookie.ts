import type { IncomingHttpHeaders } from 'node:http';
import { type CookieDependencies, createEncryptedCookie } from './encrypted-cookie.ts';
import { callbackPath } from './paths.ts';
import type { ResponseChecks } from './protocol.ts';

/** What a browser takes along to an upstream. */
interface Flow {
  readonly upstream: string;
  /** What the arrival is for: `Arrival.purpose`. */
  readonly purpose: string;
  /** The page of this server that goes on. */
  readonly returnTo: string;
  /** The client of the sign-in, for the audit record. */
  readonly client?: string;
  readonly checks: ResponseChecks;
  /** Milliseconds since the epoch. */
  readonly at: number;
}

export interface FlowCookies {
  /** A cookie for the callback of the upstream. */
  begin(flow: Flow): string;
  /** Undefined for a browser that didn't begin this, and for one that comes too late. */
  find(upstream: string, state: string, headers: IncomingHttpHeaders): Flow | undefined;
  /** The response of an upstream is used once. */
  end(upstream: string, state: string): string;
}

/** Signing in at another site may take a while: a second factor, a forgotten password. */
const maxAgeSeconds = 3600;
/** Tabs have cookies of their own, up to this number: what was abandoned must not fill the headers of a request. */
const slots = 12;

const slotOf = (state: string): string => String((state.codePointAt(0) ?? 0) % slots);

export const createFlowCookies = (dependencies: CookieDependencies): FlowCookies => {
  const cookie = createEncryptedCookie<Flow>(dependencies, {
    name: 'postern_upstream_',
    context: 'upstream flow',
    maxAgeSeconds,
    pathOf: callbackPath,
  });
  return {
    begin: (flow) => cookie.write(flow, slotOf(flow.checks.state)),
    find(upstream, state, headers) {
      const flow = cookie.read(upstream, headers, slotOf(state));
      return flow?.checks.state === state ? flow : undefined;
    },
    end: (upstream, state) => cookie.remove(upstream, slotOf(state)),
  };
};
