/**
 * Owns whether traffic may be sent to this process: the store answers, a key can sign, nothing fatal was found, and the
 * server isn't shutting down. `/readyz` itself belongs to the health feature.
 */
import type { Finding, Store } from '../../store/port.ts';
import type { Keys } from '../keys/index.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly reason?: string;
  readonly fix?: string;
}

export interface Readiness {
  /** Waits no longer than one operation of the store may take, and twice as long once it fails. */
  check(): Promise<{ readonly ready: boolean; readonly checks: readonly Check[] }>;
  /** Reports not ready from now on, so that new traffic goes elsewhere. */
  drain(): void;
}

/** What the store said so long ago counts as current. */
const maxAgeMs = 500;
/** The store is inspected this often, for a full disk or a changed eviction policy. */
const inspectEveryMs = 1_500;

/**
 * The store is asked when a probe comes, and not more often than twice a second however many come. So a server that is
 * not probed costs nothing, and neither do many probes.
 */
export const createReadiness = (store: Store, keys: Pick<Keys, 'list' | 'faults'>): Readiness => {
  let reachable: boolean | undefined;
  let findings: readonly Finding[] = [];
  let draining = false;
  let polling: Promise<void> | undefined;
  let polledAt = Number.NEGATIVE_INFINITY;
  let inspectedAt = Number.NEGATIVE_INFINITY;

  const storeAnswers = (): Promise<boolean> =>
    store.ping().then(
      () => true,
      () => false,
    );

  const poll = async (): Promise<void> => {
    const before = reachable;
    reachable = await storeAnswers();
    // An outage, or its end, is inspected at once, without waiting for the next inspection.
    const isDue = performance.now() - inspectedAt >= inspectEveryMs;
    if (isDue || !(before && reachable)) {
      findings = await store.inspect().catch(() => findings);
      inspectedAt = performance.now();
    }
    polledAt = performance.now();
  };

  const pollOnce = (): Promise<void> => {
    polling ??= poll().finally(() => {
      polling = undefined;
    });
    return polling;
  };

  return {
    async check() {
      if (performance.now() - polledAt >= maxAgeMs) await pollOnce();
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
  };
};
