import { type ExitCode, exitCode, Failure } from '../errors.ts';
import type { Consumption, Key } from './port.ts';

export type ConflictReason = 'exists' | 'consumed' | 'absent' | 'changed';

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

/** The store didn't answer, or not in time. The same request may succeed later. */
export class StoreUnavailable extends Failure {
  constructor(message: string, options?: ErrorOptions) {
    super({
      code: 'temporarily_unavailable',
      message,
      status: 503,
      exit: exitCode.unavailable,
      cause: options?.cause,
    });
    this.name = 'StoreUnavailable';
  }

  /** The message may name hosts and files. */
  override get publicMessage(): string {
    return 'the server is not able to handle the request right now, try it again';
  }
}

/** Callers hand cursors back, so a cursor may be one that no page contained. */
export class InvalidCursor extends Failure {
  constructor() {
    super({
      code: 'invalid_request',
      message: 'this cursor is invalid: start again without a cursor',
    });
    this.name = 'InvalidCursor';
  }
}

/** The store can't be opened as it is. The message names the fix. */
export class StoreUnusable extends Failure {
  constructor(
    message: string,
    options?: ErrorOptions,
    { code = 'unusable', exit = exitCode.failure }: { code?: string; exit?: ExitCode } = {},
  ) {
    super({ code, message, status: 500, exit, cause: options?.cause });
    this.name = 'StoreUnusable';
  }

  /** The message may name hosts and files. */
  override get publicMessage(): string {
    return 'the store of this server can not be used';
  }
}

/** No store exists at the address, and the caller must not create one. */
export class StoreNotFound extends StoreUnusable {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options, { code: 'store_missing', exit: exitCode.notFound });
  }
}

/** A file can't take the place of a store, whichever store that is. */
export class BackupUnusable extends StoreUnusable {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options, { code: 'backup_unusable' });
  }
}

/** The store would have to be replaced, and the caller may not do that. */
export class StoreExists extends StoreUnusable {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options, { code: 'file_exists', exit: exitCode.conflict });
  }
}

/** Another program has the store open. */
export class StoreInUse extends StoreUnusable {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options, { code: 'store_in_use', exit: exitCode.conflict });
  }
}

/** The configured address can't be a store in any state, so trying again doesn't help. */
export class InvalidStoreUrl extends StoreUnusable {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options, { exit: exitCode.configuration });
  }
}

/** A record that no release has written so: a bit of it changed, or it was cut off, or something else wrote it. */
export class RecordDamaged extends Failure {
  constructor(kind: string, { where, cause }: { readonly where?: string; readonly cause?: unknown } = {}) {
    const place = where === undefined ? '' : ` (${where})`;
    super({
      code: 'record_damaged',
      message: `a record of kind ${kind}${place} is damaged: restore the store from a backup, or remove the record`,
      status: 500,
      cause,
    });
    this.name = 'RecordDamaged';
  }

  /** The message names a place in the store. */
  override get publicMessage(): string {
    return 'something went wrong on our side; the log has the details';
  }
}

/** A newer release wrote this record. */
export class NewerRecord extends Failure {
  constructor(kind: string) {
    super({
      code: 'record_newer',
      message: `a record of kind ${kind} was written by a newer version of Postern: use that version with this store`,
      status: 500,
    });
    this.name = 'NewerRecord';
  }

  /** The message names a part of the store. */
  override get publicMessage(): string {
    return 'something went wrong on our side; the log has the details';
  }
}
