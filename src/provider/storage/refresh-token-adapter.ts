import type { AdapterPayload } from 'oidc-provider';
import { type Conflict, StoreUnavailable } from '../../store/errors.ts';
import type { ConflictOutcome, WriteOptions } from '../../store/staged-writes.ts';
import { UnitOfWork } from '../../store/unit-of-work.ts';
import { omitGrantFields, restoreGrantFields } from './grant-fields.ts';
import { grantKey, modelKey } from './ids.ts';
import { type AdapterDependencies, ModelAdapter, type Upsert } from './model-adapter.ts';
import { onReplay } from './on-second-use.ts';
import { derivesSameSuccessor, isLikelyRetry, type RetryOptions } from './refresh-retry.ts';

/** The writes of one rotation. They are dropped together when a retry finds that the rotation is done. */
const rotation: WriteOptions = { batch: 'rotation' };

/** When a refresh token extends its grant, it adds this, so that the next ones rarely extend it again. */
const grantExtensionMs = 3_600_000;

export interface RefreshLimits {
  /** Seconds from the first refresh token that a client got to the end of the last one that replaces it. */
  readonly refreshFamilyLifetime: number;
  /** Seconds that an access token can live which a refresh token gets at its end. */
  readonly accessTokenLifetime: number;
}

/**
 * Rotates refresh tokens: the engine consumes the old token and saves its successor, whose id derives from the old
 * one. Within the reuse window a client that lost the response gets the same successor again.
 */
export class RefreshTokenAdapter extends ModelAdapter {
  readonly #retry: RetryOptions;
  readonly #familyLifetime: number;
  readonly #accessTokenMs: number;

  constructor(dependencies: AdapterDependencies & RetryOptions & RefreshLimits) {
    super('RefreshToken', dependencies);
    this.#retry = dependencies;
    this.#familyLifetime = dependencies.refreshFamilyLifetime;
    this.#accessTokenMs = dependencies.accessTokenLifetime * 1000;
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    const work = this.unitOfWork();
    const document = await this.read(work, id);
    const payload = document && this.decode(document, id);
    if (!payload) return undefined;
    // The record may live longer: it was written before the limit was set, or when the limit was higher.
    const end = Number(payload['iiat'] ?? payload.iat) + this.#familyLifetime;
    payload.exp = Math.min(payload.exp ?? end, end);
    const { consumption } = document;
    // The engine revokes the grant of a token that it finds consumed.
    if (consumption && (await isLikelyRetry(this.#retry, id, consumption, work))) delete payload['consumed'];
    return restoreGrantFields(payload, work.peek(grantKey(id)));
  }

  override async consume(id: string): Promise<undefined> {
    const key = modelKey('RefreshToken', id);
    if (!key) return;
    await this.change((work) => {
      // The successor derives from this time. A retry takes the time of the first use.
      const at = work.peek(key)?.consumption?.at ?? this.clock.now();
      const onConflict = (conflict: Conflict) => this.#onSecondUse(id, at, conflict);
      work.stage({ op: 'consume', key, at }, { ...rotation, onConflict });
    });
  }

  async #onSecondUse(id: string, at: number, conflict: Conflict): Promise<ConflictOutcome> {
    const { consumption } = conflict;
    // A new unit of work reads what the winner's client has done with the successor by now.
    const work = new UnitOfWork(this.store);
    if (!consumption || !(await isLikelyRetry(this.#retry, id, consumption, work)))
      return onReplay(id, conflict, 'refresh token');
    if (derivesSameSuccessor(this.#retry, consumption.at, at)) return 'already done';
    // The response names a successor that was never stored.
    return { error: new StoreUnavailable('the refresh secret rotated during the request') };
  }

  protected override write(work: UnitOfWork, upsert: Upsert): void {
    const { key, id, expiresAt } = upsert;
    const isNew = work.peek(key) === undefined;
    const payload = omitGrantFields(upsert.payload, id, work.peek(grantKey(id)));
    super.write(work, { ...upsert, payload }, rotation);
    if (isNew) this.#extendGrant(work, id, expiresAt);
  }

  /** A grant lives at least as long as the last access token that the newest of its refresh tokens can get. */
  #extendGrant(work: UnitOfWork, id: string, expiresAt: number): void {
    const key = grantKey(id);
    const grant = work.peek(key);
    const end = expiresAt + this.#accessTokenMs;
    if (grant?.expiresAt === undefined || grant.expiresAt >= end) return;
    work.stage({ op: 'merge', key, expiresAt: end + grantExtensionMs, ifAbsent: 'skip' }, rotation);
  }
}
