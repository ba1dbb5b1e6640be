import { type Adapter, type AdapterPayload, errors } from 'oidc-provider';
import { currentWork } from '../../store/current-work.ts';
import type { Document, Key, Store } from '../../store/port.ts';
import { type Terms, UnitOfWork } from '../../store/unit-of-work.ts';
import { ClientStorage, type Clients } from './clients.ts';
import { decideOnce, heldAfterMs } from './decided.ts';
import { digestOf, grantKeyOf, isModelName, keyOf, type ModelName, restOf } from './ids.ts';
import { withGrant, withoutGrant } from './of-grant.ts';
import { decodePayload, encodePayload } from './payload.ts';
import { mayBeRetry, type RetryTerms } from './retry.ts';
import { readSession, removeSession, writeSession } from './session.ts';
import { termsOfClaim } from './terms-of-claim.ts';

interface Surroundings extends RetryTerms {
  readonly store: Store;
  readonly clients: Clients;
}

/** Found by another name than their id, so the id must be in the body. They live for minutes. */
const keptWithId = new Set<ModelName>(['BackchannelAuthenticationRequest', 'DeviceCode', 'Grant']);

/** Their families hold the grant, which the engine reads next. */
const ofGrants = new Set<ModelName>(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

/** Listed under the account that they belong to. */
const indexOf: Partial<Record<ModelName, string>> = {
  BackchannelAuthenticationRequest: 'requests',
  Grant: 'live',
};

const outliveMs = 3_600_000;

const userCodeKey = (code: string): Key => ({ kind: 'uc', family: digestOf(code), id: '' });

/** What the engine asks for, model by model, as reads and staged writes of the unit of work under way. */
class EngineStorage implements Adapter {
  readonly #model: ModelName;
  readonly #around: Surroundings;

  constructor(model: ModelName, around: Surroundings) {
    this.#model = model;
    this.#around = around;
  }

  async find(id: string): Promise<AdapterPayload | undefined> {
    const key = keyOf(this.#model, id);
    if (!key) return undefined;
    const work = this.#work();
    const document = await work.read(key, ofGrants.has(this.#model) ? [grantKeyOf(id)] : []);
    if (!document) return undefined;
    if (this.#model === 'Session') return readSession(document, id, 'cookie', this.#around.clock.now());
    const payload = this.#payload(document, id);
    if (this.#model !== 'RefreshToken') return payload;
    const { claim } = document;
    if (payload && claim && !(await mayBeRetry(this.#around, id, claim, work))) {
      payload['consumed'] = Math.floor(claim.at / 1000);
    }
    return withGrant(payload, work.peek(grantKeyOf(id)));
  }

  async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const key = keyOf('Session', uid);
    const document = key && (await this.#work().read(key));
    const payload = document && readSession(document, uid, 'uid', this.#around.clock.now());
    return payload?.uid === uid ? payload : undefined;
  }

  async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    const pointer = await this.#work().read(userCodeKey(userCode));
    return pointer && this.find(pointer.body);
  }

  async upsert(id: string, payload: AdapterPayload, ttl: number): Promise<undefined> {
    const key = keyOf(this.#model, id);
    if (!key) throw new Error(`the engine made an id of ${this.#model} that is none`);
    await this.#changing((work) => {
      const { clock } = this.#around;
      if (this.#model === 'Session') return writeSession(work, clock, id, payload, ttl);
      const body = encodePayload(
        this.#model === 'RefreshToken'
          ? withoutGrant(payload, id, work.peek(grantKeyOf(id)))
          : this.#model === 'Grant'
            ? { ...payload, jti: restOf(id) }
            : payload,
        keptWithId.has(this.#model),
      );
      const expiresAt = (Math.floor(clock.now() / 1000) + ttl) * 1000 + heldAfterMs(this.#model);
      // The successor that a retry is given again is there already, and stays as it is.
      const terms: Terms =
        this.#model === 'RefreshToken'
          ? { errand: 'rotation' }
          : decideOnce(work, { model: this.#model, key, payload, expiresAt });
      if (work.peek(key)) {
        // Written over what was read: a claim made meanwhile stays.
        work.stage({ op: 'merge', key, body, expiresAt, ifAbsent: 'skip' }, terms);
        return;
      }
      const list = indexOf[this.#model];
      const index =
        list && payload.accountId ? [{ index: list, of: payload.accountId, at: clock.now() }] : [];
      work.stage({ op: 'put', key, body, expiresAt, index }, terms);
      if (this.#model === 'RefreshToken') this.#outlive(work, id, expiresAt);
      if (this.#model === 'DeviceCode' && payload.userCode) {
        const taken = () => ({
          error: new errors.TemporarilyUnavailable('the user code was taken, ask again'),
        });
        work.stage(
          { op: 'insert', key: userCodeKey(payload.userCode), body: id, expiresAt },
          { lost: taken },
        );
      }
    });
  }

  /** A grant lives at least as long as the newest of its refresh tokens, and so much longer that few of them move its end. */
  #outlive(work: UnitOfWork, id: string, expiresAt: number): void {
    const key = grantKeyOf(id);
    const grant = work.peek(key);
    if (grant?.expiresAt !== undefined && grant.expiresAt < expiresAt) {
      const later = expiresAt + outliveMs;
      work.stage({ op: 'merge', key, expiresAt: later, ifAbsent: 'skip' }, { errand: 'rotation' });
    }
  }

  async consume(id: string): Promise<undefined> {
    const key = keyOf(this.#model, id);
    if (!key) return;
    await this.#changing((work) => {
      // The moment that the successor is derived by; for a retry, that of the first try.
      const at = work.peek(key)?.claim?.at ?? this.#around.clock.now();
      work.stage({ op: 'claim', key, at }, termsOfClaim(this.#model, { id, at }, this.#around));
    });
  }

  async destroy(id: string): Promise<undefined> {
    const key = keyOf(this.#model, id);
    if (!key) return;
    await this.#changing((work) => {
      if (this.#model === 'Session') return removeSession(work, key);
      if (this.#model !== 'Interaction') return work.stage({ op: 'remove', key }, { survives: true });
      // Resumed once: whoever comes second finds it claimed, and no second code is made.
      const lost = () => ({ error: new errors.SessionNotFound('interaction session not found') });
      work.stage({ op: 'claim', key, at: this.#around.clock.now() }, { lost });
    });
  }

  /** A grant's codes and tokens are as dead as their grant, which is looked at on every use. */
  async revokeByGrantId(grantId: string): Promise<undefined> {
    await this.#changing((work) =>
      work.stage({ op: 'remove', key: grantKeyOf(grantId) }, { survives: true }),
    );
  }

  #payload(document: Document, id: string): AdapterPayload | undefined {
    const { claim } = document;
    if (claim && this.#model === 'Interaction') return undefined;
    const payload = decodePayload(document.body);
    // Of the family, and that very grant.
    if (this.#model === 'Grant' && payload.jti !== restOf(id)) return undefined;
    payload.jti = id;
    payload.kind = this.#model;
    if (document.expiresAt !== undefined) {
      payload.exp = Math.floor((document.expiresAt - heldAfterMs(this.#model)) / 1000);
    }
    // Of a refresh token it is not the last word.
    if (claim && this.#model !== 'RefreshToken') payload['consumed'] = Math.floor(claim.at / 1000);
    return payload;
  }

  #work(): UnitOfWork {
    return currentWork() ?? new UnitOfWork(this.#around.store);
  }

  async #changing(stage: (work: UnitOfWork) => void): Promise<undefined> {
    const work = currentWork();
    if (work) {
      stage(work);
      return;
    }
    const own = new UnitOfWork(this.#around.store);
    stage(own);
    await own.commit();
  }
}

export const createStorage =
  (around: Surroundings) =>
  (name: string): Adapter => {
    // The engine calls nothing but `find` on clients: registration is a feature of ours.
    if (name === 'Client') return new ClientStorage(around.clients) as Partial<Adapter> as Adapter;
    if (isModelName(name)) return new EngineStorage(name, around);
    throw new Error(`no storage for the engine's model ${name}`);
  };
