import type { Store } from './port.ts';

/** What a process keeps in memory of the store, so that no request has to ask for it. */
export interface FollowedState<T> {
  /** Reads it again. */
  read(): Promise<T>;
  /** Reads it now, on each message and from time to time, because messages can be lost. The result ends it. */
  follow(): Promise<() => Promise<void>>;
}

interface Options<T> {
  readonly store: Pick<Store, 'subscribe' | 'version'>;
  readonly topic: string;
  /** How long a process that missed the message keeps what was before. */
  readonly pollMs: number;
  /** Reads the store, and keeps what it says. */
  readonly load: () => Promise<T>;
}

export const followState = <T>({ store, topic, pollMs, load }: Options<T>): FollowedState<T> => {
  let reading: Promise<unknown> = Promise.resolve();
  let readVersion: string | undefined;

  /** One after another, so that an earlier reading never replaces a later one. */
  const read = (): Promise<T> => {
    const next = reading.then(async () => {
      const version = store.version();
      const state = await load();
      readVersion = version;
      return state;
    });
    reading = next.catch(() => {});
    return next;
  };

  return {
    read,
    async follow() {
      await read();
      const readAgain = (): void => void read().catch(() => {});
      const readIfChanged = (): void => {
        const version = store.version();
        if (version === undefined || version !== readVersion) readAgain();
      };
      const unsubscribe = store.subscribe(topic, readAgain);
      const timer = setInterval(readIfChanged, pollMs).unref();
      return async () => {
        unsubscribe();
        clearInterval(timer);
        await reading;
      };
    },
  };
};
