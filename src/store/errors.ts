import type { Consumption, Key } from './port.ts';

export type ConflictReason = 'exists' | 'claimed' | 'absent' | 'changed';

/** A commit was refused as a whole because of one write. */
export class Conflict extends Error {
  readonly key: Key;
  readonly reason: ConflictReason;
  readonly consumption: Consumption | undefined;

  constructor(key: Key, reason: ConflictReason, consumption?: Consumption) {
    super(`commit refused: ${key.kind} ${reason}`);
    this.name = 'Conflict';
    this.key = key;
    this.reason = reason;
    this.consumption = consumption;
  }
}

/** The store did not answer in time, or not at all. Worth trying again. */
export class StoreUnavailable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreUnavailable';
  }
}

/** Cursors come back from outside; this one is none that a page gave. */
export class InvalidCursor extends Error {
  constructor() {
    super('this cursor is not one that a former page gave: start again without a cursor');
    this.name = 'InvalidCursor';
  }
}

/** The store can't be opened as it is; the message names the fix. */
export class StoreUnusable extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StoreUnusable';
  }
}

/** No store is there, and whoever asked for one is not to begin it. */
export class StoreNotFound extends StoreUnusable {}

/** What the configuration names can't be a store, in whatever state it is: trying again is of no use. */
export class InvalidStoreUrl extends StoreUnusable {}
