import type { Claim, Key } from './port.ts';

export type ConflictReason = 'exists' | 'claimed' | 'absent' | 'changed';

/** A commit was refused as a whole because of one write. */
export class Conflict extends Error {
  readonly key: Key;
  readonly reason: ConflictReason;
  readonly claim: Claim | undefined;

  constructor(key: Key, reason: ConflictReason, claim?: Claim) {
    super(`commit refused: ${key.kind} ${reason}`);
    this.name = 'Conflict';
    this.key = key;
    this.reason = reason;
    this.claim = claim;
  }
}

/** The store did not answer in time, or not at all. Worth trying again. */
export class Unavailable extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(what, options);
    this.name = 'Unavailable';
  }
}

/** Cursors come back from outside; this one is none that a page gave. */
export class BadCursor extends Error {
  constructor() {
    super('this cursor is not one that a former page gave: start again without a cursor');
    this.name = 'BadCursor';
  }
}

/** The store can't be opened as it is; the message names the fix. */
export class Unusable extends Error {
  constructor(what: string, options?: ErrorOptions) {
    super(what, options);
    this.name = 'Unusable';
  }
}

/** No store is there, and whoever asked for one is not to begin it. */
export class Missing extends Unusable {}

/** What the configuration names can't be a store, in whatever state it is: trying again is of no use. */
export class Misnamed extends Unusable {}
