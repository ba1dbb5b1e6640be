import type { Primary } from '#src/workers/index.ts';

/** Whether the server drains before it stops. */
export type StopMode = 'drain' | 'now';

export interface StopSignals {
  /** Resolves with the first request to stop. */
  readonly requested: Promise<StopMode>;
  /** Aborted by the second request. */
  readonly forced: AbortSignal;
  isRequested(): boolean;
  /** Lets the primary process say when to stop, instead of the signals. */
  followPrimary(primary: Primary): void;
  stopListening(): void;
}

/** SIGTERM comes from a supervisor, so the server drains first. SIGINT comes from a person, so it stops at once. */
export const listenForStop = (): StopSignals => {
  let primary: Primary | undefined;
  const requested = Promise.withResolvers<StopMode>();
  const forced = new AbortController();
  let stopping = false;
  const stop = (mode: StopMode): void => {
    if (stopping) forced.abort();
    stopping = true;
    requested.resolve(mode);
  };
  const onTerminate = (): void => (primary && stopping ? undefined : stop('drain'));
  // A terminal sends SIGINT to the whole process group. A worker leaves the decision to the primary process.
  const onInterrupt = (): void => (primary ? undefined : stop('now'));
  process.on('SIGTERM', onTerminate);
  process.on('SIGINT', onInterrupt);
  return {
    requested: requested.promise,
    forced: forced.signal,
    isRequested: () => stopping,
    followPrimary(primaryProcess) {
      primary = primaryProcess;
      primary.onStop(stop);
    },
    stopListening() {
      process.off('SIGTERM', onTerminate);
      process.off('SIGINT', onInterrupt);
    },
  };
};
