import type { Events } from '#src/events.ts';
import type { Clock, Store } from '#src/store/port.ts';
import type { Keys } from './contract.ts';
import type { KeysConfig } from './settings.ts';

export interface KeysDependencies {
  readonly store: Store;
  readonly config: KeysConfig;
  readonly clock: Clock;
  readonly events: Events;
  /** Told of what went wrong behind the scenes: a poll that failed, a listener that threw. */
  readonly onFault?: (error: unknown) => void;
  /** False for a command: looks once, makes nothing by itself, keeps no timer. */
  readonly maintain?: boolean;
}

export const createKeys = async (_dependencies: KeysDependencies): Promise<Keys> => {
  throw new Error('not there yet');
};
