import type { Clock } from '../../store/port.ts';
import { createKeySetRoom, type KeySetRoom } from './key-set-room.ts';

export type SelectKeys = (wanted: object) => readonly object[];

/** The keys of a client, as the engine holds them. Its types leave them out. */
export interface FetchedKeys extends Iterable<object> {
  selectForVerify: SelectKeys;
  /** Asked after a signature fits no key: `false` lets the engine fetch the set and look once more. */
  fresh(): boolean;
  /** Called before a certificate is compared, and before something is encrypted, too. */
  refresh(): Promise<void>;
  clear(): void;
}

/** However many signatures fit no key, the host is asked once in this time. */
const minFetchIntervalMs = 60_000;
const retryAfterFailureMs = 5_000;
/** A set of this age is fetched again before it verifies anything. */
const refreshAfterMs = 240_000;
/** While that fails, the set is used until this age. */
const maxAgeMs = 300_000;
/** Room for thousands of sets of a usual size. */
const maxBytesOfRegistered = 8 * 1024 * 1024;

export const createRoomOfRegistered = (): KeySetRoom =>
  createKeySetRoom({ maxBytes: maxBytesOfRegistered, maxAgeMs });

const noRoom = (): Error =>
  new Error(
    'self-registered clients have more keys at their jwks_uri than the server keeps; a smaller set is more likely kept',
  );

/**
 * A key that its owner has withdrawn must not count for long, and a failure must not outlast its cause. So neither
 * `Cache-Control` nor `Expires` of the response is obeyed: a host of static files sends a year, with errors as well.
 * Keys that are counted in a room also end when it is full. Then they are not fetched sooner than others.
 */
export const boundFetchedKeys = (keys: FetchedKeys, clock: Clock, room?: KeySetRoom): void => {
  const { selectForVerify } = keys;
  const fetchSet = keys.refresh.bind(keys);
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let nextFetchAt = Number.NEGATIVE_INFINITY;
  /** Why there are no keys. */
  let failure: unknown;
  let running: Promise<void> | undefined;

  const fetchOrKeep = async (): Promise<void> => {
    const startedAt = clock.now();
    try {
      await fetchSet();
      fetchedAt = startedAt;
      nextFetchAt = startedAt + minFetchIntervalMs;
      failure = undefined;
      room?.keep(keys, startedAt, () => {
        failure = noRoom();
      });
    } catch (error) {
      const now = clock.now();
      nextFetchAt = now + retryAfterFailureMs;
      if (now - fetchedAt < maxAgeMs) return;
      keys.clear();
      failure = error;
      throw error;
    }
  };

  keys.fresh = () => clock.now() < nextFetchAt;

  keys.refresh = async () => {
    if (keys.fresh()) return;
    running ??= fetchOrKeep().finally(() => {
      running = undefined;
    });
    await running;
  };

  keys.selectForVerify = (wanted) => {
    if (failure !== undefined) throw failure;
    if (clock.now() - fetchedAt >= refreshAfterMs && !keys.fresh())
      throw new Error('the keys at jwks_uri are to be fetched');
    return selectForVerify.call(keys, wanted);
  };
};
