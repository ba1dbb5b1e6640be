import type { Adapter, AdapterPayload } from 'oidc-provider';
import type { Conflict } from '../../store/errors.ts';
import type { Clock, Document, Key, Store } from '../../store/port.ts';
import type { WriteOptions } from '../../store/staged-writes.ts';
import { UnitOfWork } from '../../store/unit-of-work.ts';
import { isOfFormerClient } from '../clients/client-limits.ts';
import type { ClientSource } from '../clients/client-source.ts';
import { findUnitOfWork } from '../request-context.ts';
import { grantKey, type ModelName, modelKey, modelKind, withoutFamily } from './ids.ts';
import { onSecondUse } from './on-second-use.ts';
import { decodePayload, encodePayload } from './payload.ts';
import type { StorageCipher } from './redeemable-values.ts';

export interface AdapterDependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly cipher: StorageCipher;
  readonly clients: Pick<ClientSource, 'find'>;
}

/** A record that is about to be written. */
export interface Upsert {
  readonly key: Key;
  readonly id: string;
  readonly payload: AdapterPayload;
  readonly expiresAt: number;
}

/** Records that are found by more than their id, so their body has the id. */
const storedWithId = new Set<ModelName>(['BackchannelAuthenticationRequest', 'Grant']);

/** The engine reads the grant right after these. It is in the same family, so one round trip reads both. */
const grantMembers = new Set<ModelName>(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

/** The index that lists records under their account. */
const indexOf: Partial<Record<ModelName, string>> = {
  BackchannelAuthenticationRequest: 'requests',
  Grant: 'live',
};

/**
 * Stores the records of one model of the engine. The engine passes no context to adapters, so this class looks up the
 * unit of work. Outside of a request each change is committed at once.
 */
export class ModelAdapter implements Adapter {
  readonly #model: ModelName;
  protected readonly store: Store;
  protected readonly clock: Clock;
  protected readonly cipher: StorageCipher;
  readonly #clients: Pick<ClientSource, 'find'>;

  constructor(model: ModelName, { store, clock, cipher, clients }: AdapterDependencies) {
    this.#model = model;
    this.#clients = clients;
    this.store = store;
    this.clock = clock;
    this.cipher = cipher;
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const document = await this.read(this.unitOfWork(), id);
    const payload = document && this.decode(document, id);
    if (payload?.clientId === undefined) return payload;
    const found = this.#clients.find(payload.clientId);
    const client = found instanceof Promise ? await found : found;
    return isOfFormerClient(client, payload.iat) ? undefined : payload;
  }

  // Only sessions have a `uid`, and only device codes have a user code.
  async findByUid(_uid: string): Promise<AdapterPayload | undefined> {
    return undefined;
  }

  async findByUserCode(_userCode: string): Promise<AdapterPayload | undefined> {
    return undefined;
  }

  async upsert(id: string, payload: AdapterPayload, ttl: number): Promise<undefined> {
    const key = modelKey(this.#model, id);
    if (!key) throw new Error(`the engine made an invalid id for ${this.#model}`);
    const expiresAt = (Math.floor(this.clock.now() / 1000) + ttl) * 1000;
    return this.change((work) => this.write(work, { key, id, payload, expiresAt }));
  }

  async consume(id: string): Promise<undefined> {
    const key = modelKey(this.#model, id);
    if (!key) return;
    const at = this.clock.now();
    await this.change((work) => {
      const used = work.peek(key);
      const onConflict = (conflict: Conflict) => {
        const grantId = used && decodePayload(used.body, key.kind).grantId;
        return onSecondUse(this.#model, grantId, conflict);
      };
      work.stage({ op: 'consume', key, at }, { onConflict });
    });
  }

  async destroy(id: string): Promise<undefined> {
    const key = modelKey(this.#model, id);
    if (!key) return;
    await this.change((work) => work.stage({ op: 'remove', key }, { commitOnRefusal: true }));
  }

  /** The codes and tokens of a grant end with it: the grant is read on every use. */
  async revokeByGrantId(grantId: string): Promise<undefined> {
    const key = grantKey(grantId);
    await this.change((work) => work.stage({ op: 'remove', key }, { commitOnRefusal: true }));
  }

  protected read(work: UnitOfWork, id: string): Promise<Document | undefined> {
    const key = modelKey(this.#model, id);
    if (!key) return Promise.resolve(undefined);
    return work.read(key, grantMembers.has(this.#model) ? [grantKey(id)] : []);
  }

  protected decode({ body, expiresAt, consumption }: Document, id: string): AdapterPayload | undefined {
    const payload = decodePayload(body, modelKind(this.#model));
    // A family has one grant at a time, and it may be another one than this id names.
    if (this.#model === 'Grant' && payload.jti !== withoutFamily(id)) return undefined;
    payload.jti = id;
    payload.kind = this.#model;
    if (expiresAt !== undefined) payload.exp = Math.floor(expiresAt / 1000);
    if (consumption) payload['consumed'] = Math.floor(consumption.at / 1000);
    return payload;
  }

  protected write(work: UnitOfWork, upsert: Upsert, options: WriteOptions = {}): void {
    const document = this.newDocument(upsert);
    if (work.peek(upsert.key)) {
      const { key, body, expiresAt } = document;
      // A merge keeps the consumption of a record that another request has used meanwhile.
      work.stage({ op: 'merge', key, body, expiresAt, ifAbsent: 'skip' }, options);
      return;
    }
    work.stage({ ...document, op: 'put' }, options);
  }

  protected newDocument({ key, id, payload, expiresAt }: Upsert) {
    const stored = this.#model === 'Grant' ? { ...payload, jti: withoutFamily(id) } : payload;
    const body = encodePayload(stored, storedWithId.has(this.#model));
    const index = indexOf[this.#model];
    const { accountId } = payload;
    const entries = index && accountId ? [{ index, of: accountId, at: this.clock.now() }] : [];
    return { key, body, expiresAt, index: entries };
  }

  protected unitOfWork(): UnitOfWork {
    return findUnitOfWork() ?? new UnitOfWork(this.store);
  }

  /** Within a request it is done when it returns. */
  protected change(stage: (work: UnitOfWork) => void): undefined | Promise<undefined> {
    const current = findUnitOfWork();
    if (!current) return this.#changeAtOnce(stage);
    stage(current);
    return undefined;
  }

  async #changeAtOnce(stage: (work: UnitOfWork) => void): Promise<undefined> {
    const work = new UnitOfWork(this.store);
    stage(work);
    await work.commit();
  }
}
