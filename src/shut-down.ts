import { setTimeout as sleep } from 'node:timers/promises';
import type { App } from './app/index.ts';
import type { Store } from './store/port.ts';

/**
 * A process manager kills a server 20 seconds after the signal. Requests that still run after 16 seconds are cut off, so
 * that the rest of the time is enough to close everything.
 */
const closeAllAfterMs = 16_000;
const idleCheckMs = 50;

interface ShutDownOptions {
  /** How long new requests are still served, so that proxies notice that /readyz fails. */
  readonly graceSeconds: number;
  /** Ends the grace period early. */
  readonly skipGrace: AbortSignal | undefined;
}

/** Makes /readyz fail, serves requests for the grace period, lets running requests finish, and closes app and store. */
export const shutDown = async (
  app: App,
  store: Store,
  { graceSeconds, skipGrace }: ShutDownOptions,
): Promise<void> => {
  const startedAt = performance.now();
  const { connections } = app;
  app.services.readiness.drain();
  connections.drain();
  await sleep(graceSeconds * 1000, undefined, skipGrace && { signal: skipGrace }).catch(() => {});
  // A keep-alive connection is closed as soon as no request runs on it.
  const idleCheck = setInterval(connections.closeIdle, idleCheckMs);
  const closeAll = setTimeout(connections.closeAll, startedAt + closeAllAfterMs - performance.now());
  try {
    await app.close();
  } finally {
    clearInterval(idleCheck);
    clearTimeout(closeAll);
    await store.close();
  }
};
