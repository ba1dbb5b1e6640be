/**
 * Owns whether traffic may be sent to this process: the store answers, a key can sign, nothing fatal was found, and the
 * server isn't shutting down. `/readyz` itself belongs to the health feature.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Finding, Store } from '../../store/port.ts';
import type { Keys } from '../keys/index.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly reason?: string;
  readonly fix?: string;
}

export interface Readiness {
  now(): { readonly ready: boolean; readonly checks: readonly Check[] };
  /** Reports not ready from now on, so that new traffic goes elsewhere. */
  drain(): void;
  start(): Promise<() => Promise<void>>;
}

const pollMs = 500;
/** Every third poll also inspects the store, for a full disk or a changed eviction policy. */
const inspectEvery = 3;

/** The store is polled in the background. So a probe gets its answer at once, and costs the store nothing. */
export const createReadiness = (store: Store, keys: Pick<Keys, 'list' | 'faults'>): Readiness => {
  let reachable: boolean | undefined;
  let findings: readonly Finding[] = [];
  let draining = false;
  let polls = 0;

  const storeAnswers = (): Promise<boolean> =>
    store.ping().then(
      () => true,
      () => false,
    );

  const poll = async (): Promise<void> => {
    const before = reachable;
    reachable = await storeAnswers();
    // An outage, or its end, is inspected at once, without waiting for the next inspection.
    const due = polls++ % inspectEvery === 0;
    if (due || !(before && reachable)) findings = await store.inspect().catch(() => findings);
  };

  return {
    now() {
      const canSign = keys.list().some(({ use, stage }) => use === 'sig' && stage === 'active');
      const faults = [...findings, ...keys.faults()].filter(({ fatal }) => fatal);
      const checks: Check[] = [
        {
          name: 'store',
          ok: reachable === true,
          ...(reachable !== true && { reason: 'the store does not answer' }),
        },
        ...faults.map(({ code, message, fix }) => ({ name: code, ok: false, reason: message, fix })),
        { name: 'keys', ok: canSign, ...(!canSign && { reason: 'no key can sign' }) },
        { name: 'draining', ok: !draining, ...(draining && { reason: 'the server is shutting down' }) },
      ];
      return { ready: checks.every(({ ok }) => ok), checks };
    },
    drain() {
      draining = true;
    },
    async start() {
      const stopped = new AbortController();
      await poll();
      const looking = (async () => {
        while (!stopped.signal.aborted) {
          await sleep(pollMs, undefined, { signal: stopped.signal, ref: false }).catch(() => {});
          if (!stopped.signal.aborted) await poll();
        }
      })();
      return async () => {
        stopped.abort();
        await looking;
      };
    },
  };
};
