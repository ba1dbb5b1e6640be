import { setTimeout as sleep } from 'node:timers/promises';
import type { Finding, Store } from '../../store/port.ts';

interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly reason?: string;
  readonly fix?: string;
}

interface KeyState {
  readonly canSign: () => boolean;
  readonly faults: () => readonly Finding[];
}

export interface Readiness {
  now(): { readonly ready: boolean; readonly checks: readonly Check[] };
  /** From now on new traffic should go elsewhere. */
  drain(): void;
  start(): Promise<() => Promise<void>>;
}

const pollMs = 500;
/** A disk that filled up or a policy that changed shows as soon as a store that went away. */
const inspectEvery = 3;

/** Looked at in the background, so that the answer never waits and a probe costs the store nothing. */
export const createReadiness = (store: Store, keys: KeyState): Readiness => {
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
    // What keeps it from answering, or did until now, is not waited for.
    const due = polls++ % inspectEvery === 0;
    if (due || !(before && reachable)) findings = await store.inspect().catch(() => findings);
  };

  return {
    now() {
      const canSign = keys.canSign();
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
