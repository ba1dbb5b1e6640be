import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import type { Document, Key, Store } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import { UnitOfWork, type WriteOptions } from '../../store/unit-of-work.ts';
import { findUnitOfWork } from '../request-context.ts';
import { ClientAdapter, type ClientMetadataSource } from './client-adapter.ts';
import { omitGrantFields, restoreGrantFields } from './grant-fields.ts';
import { digestOf, grantKey, isModelName, type ModelName, modelKey, withoutFamily } from './ids.ts';
import { onSecondUse } from './on-second-use.ts';
import { decodePayload, encodePayload } from './payload.ts';
import { isLikelyRetry, type RetryOptions } from './refresh-retry.ts';
import { readSession, removeSession, writeSession } from './session.ts';
import { recordDecisionOnce, retainAfterExpiryMs } from './user-decision.ts';

interface Dependencies extends RetryOptions {
  readonly store: Store;
  readonly clients: ClientMetadataSource;
}

/** Found by another name than their id, so the id must be in the body. They live for minutes. */
const storedWithId = new Set<ModelName>(['BackchannelAuthenticationRequest', 'DeviceCode', 'Grant']);

/** Their families hold the grant, which the engine reads next. */
const grantMembers = new Set<ModelName>(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

/** Listed under the account that they belong to. */
const indexOf: Partial<Record<ModelName, string>> = {
  BackchannelAuthenticationRequest: 'requests',
  Grant: 'live',
};

const grantExtensionMs = 3_600_000;

const userCodeKey = (code: string): Key => ({ kind: kinds.userCode, family: digestOf(code), id: '' });

/** What the engine asks for, model by model, as reads and staged writes of the unit of work under way. */
class ModelAdapter implements Adapter {
  readonly #model: ModelName;
  readonly #dependencies: Dependencies;
  readonly #retainAfterExpiryMs: number;

  constructor(model: ModelName, around: Dependencies) {
    this.#model = model;
    this.#dependencies = around;
    this.#retainAfterExpiryMs = retainAfterExpiryMs(model);
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const key = modelKey(this.#model, id);
    if (!key) return undefined;
    const work = this.#currentOrNewWork();
    const document = await work.read(key, grantMembers.has(this.#model) ? [grantKey(id)] : []);
    if (!document) return undefined;
    if (this.#model === 'Session') return readSession(document, id, 'cookie', this.#dependencies.clock.now());
    const payload = this.#decode(document, id);
    if (this.#model !== 'RefreshToken') return payload;
    const { consumption } = document;
    if (payload && consumption && !(await isLikelyRetry(this.#dependencies, id, consumption, work))) {
      payload['consumed'] = Math.floor(consumption.at / 1000);
    }
    return restoreGrantFields(payload, work.peek(grantKey(id)));
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const key = modelKey('Session', uid);
    const document = key && (await this.#currentOrNewWork().read(key));
    const payload = document && readSession(document, uid, 'uid', this.#dependencies.clock.now());
    return payload?.uid === uid ? payload : undefined;
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    const pointer = await this.#currentOrNewWork().read(userCodeKey(userCode));
    return pointer && this.find(pointer.body);
  }

  async upsert(id: string, payload: AdapterPayload, ttl: number): Promise<undefined> {
    const key = modelKey(this.#model, id);
    if (!key) throw new Error(`the engine made an id of ${this.#model} that is none`);
    await this.#stageChanges((work) => {
      const { clock } = this.#dependencies;
      if (this.#model === 'Session') return writeSession(work, clock, id, payload, ttl);
      const body = encodePayload(
        this.#model === 'RefreshToken'
          ? omitGrantFields(payload, id, work.peek(grantKey(id)))
          : this.#model === 'Grant'
            ? { ...payload, jti: withoutFamily(id) }
            : payload,
        storedWithId.has(this.#model),
      );
      const expiresAt = (Math.floor(clock.now() / 1000) + ttl) * 1000 + this.#retainAfterExpiryMs;
      // The successor that a retry is given again is there already, and stays as it is.
      const terms: WriteOptions =
        this.#model === 'RefreshToken'
          ? { batch: 'rotation' }
          : recordDecisionOnce(work, { model: this.#model, key, payload, expiresAt });
      if (work.peek(key)) {
        // Written over what was read: a claim made meanwhile stays.
        work.stage({ op: 'merge', key, body, expiresAt, ifAbsent: 'skip' }, terms);
        return;
      }
      const list = indexOf[this.#model];
      const index =
        list && payload.accountId ? [{ index: list, of: payload.accountId, at: clock.now() }] : [];
      work.stage({ op: 'put', key, body, expiresAt, index }, terms);
      if (this.#model === 'RefreshToken') this.#extendGrant(work, id, expiresAt);
      if (this.#model === 'DeviceCode' && payload.userCode) {
        const taken = () => ({
          error: new errors.TemporarilyUnavailable('the user code was taken, ask again'),
        });
        work.stage(
          { op: 'insert', key: userCodeKey(payload.userCode), body: id, expiresAt },
          { onConflict: taken },
        );
      }
    });
  }

  /** A grant lives at least as long as the newest of its refresh tokens, and so much longer that few of them move its end. */
  #extendGrant(work: UnitOfWork, id: string, expiresAt: number): void {
    const key = grantKey(id);
    const grant = work.peek(key);
    if (grant?.expiresAt !== undefined && grant.expiresAt < expiresAt) {
      const later = expiresAt + grantExtensionMs;
      work.stage({ op: 'merge', key, expiresAt: later, ifAbsent: 'skip' }, { batch: 'rotation' });
    }
  }

  async consume(id: string): Promise<undefined> {
    const key = modelKey(this.#model, id);
    if (!key) return;
    await this.#stageChanges((work) => {
      // The moment that the successor is derived by; for a retry, that of the first try.
      const at = work.peek(key)?.consumption?.at ?? this.#dependencies.clock.now();
      work.stage(
        { op: 'consume', key, at },
        {
          ...(this.#model === 'RefreshToken' && { batch: 'rotation' }),
          onConflict: (conflict) => onSecondUse(this.#model, { id, at, conflict }, this.#dependencies),
        },
      );
    });
  }

  async destroy(id: string): Promise<undefined> {
    const key = modelKey(this.#model, id);
    if (!key) return;
    await this.#stageChanges((work) => {
      if (this.#model === 'Session') return removeSession(work, key);
      if (this.#model !== 'Interaction') return work.stage({ op: 'remove', key }, { commitOnRefusal: true });
      // Resumed once: whoever comes second finds it claimed, and no second code is made.
      const onConflict = () => ({ error: new errors.SessionNotFound('interaction session not found') });
      work.stage({ op: 'consume', key, at: this.#dependencies.clock.now() }, { onConflict });
    });
  }

  /** A grant's codes and tokens are as dead as their grant, which is looked at on every use. */
  async revokeByGrantId(grantId: string): Promise<undefined> {
    await this.#stageChanges((work) =>
      work.stage({ op: 'remove', key: grantKey(grantId) }, { commitOnRefusal: true }),
    );
  }

  #decode(document: Document, id: string): AdapterPayload | undefined {
    const { consumption } = document;
    if (consumption && this.#model === 'Interaction') return undefined;
    const payload = decodePayload(document.body);
    // Of the family, and that very grant.
    if (this.#model === 'Grant' && payload.jti !== withoutFamily(id)) return undefined;
    payload.jti = id;
    payload.kind = this.#model;
    if (document.expiresAt !== undefined) {
      payload.exp = Math.floor((document.expiresAt - this.#retainAfterExpiryMs) / 1000);
    }
    // Of a refresh token it is not the last word.
    if (consumption && this.#model !== 'RefreshToken')
      payload['consumed'] = Math.floor(consumption.at / 1000);
    return payload;
  }

  #currentOrNewWork(): UnitOfWork {
    return findUnitOfWork() ?? new UnitOfWork(this.#dependencies.store);
  }

  async #stageChanges(stage: (work: UnitOfWork) => void): Promise<undefined> {
    const work = findUnitOfWork();
    if (work) {
      stage(work);
      return;
    }
    const own = new UnitOfWork(this.#dependencies.store);
    stage(own);
    await own.commit();
  }
}

export const createAdapterFactory =
  (around: Dependencies) =>
  (name: string): Adapter => {
    // The engine calls nothing but `find` on clients: registration is a feature of ours.
    if (name === 'Client') return new ClientAdapter(around.clients) as Partial<Adapter> as Adapter;
    if (isModelName(name)) return new ModelAdapter(name, around);
    throw new Error(`no storage for the engine's model ${name}`);
  };
