import type { AdapterPayload } from 'oidc-provider';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { modelKey } from './ids.ts';
import { type AdapterDependencies, ModelAdapter, type Upsert } from './model-adapter.ts';
import { decodeSession, writeSession } from './session.ts';

export interface SessionLimits {
  /** Seconds from a sign-in to the end of its session, however often it is used. */
  readonly sessionMaxLifetime: number;
}

export class SessionAdapter extends ModelAdapter {
  readonly #maxLifetime: number;

  constructor(dependencies: AdapterDependencies & SessionLimits) {
    super('Session', dependencies);
    this.#maxLifetime = dependencies.sessionMaxLifetime;
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    const document = await this.read(this.unitOfWork(), id);
    return this.#limited(document && decodeSession(document, id, 'cookie', this.clock.now()));
  }

  override async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const document = await this.read(this.unitOfWork(), uid);
    const payload = this.#limited(document && decodeSession(document, uid, 'uid', this.clock.now()));
    return payload?.uid === uid ? payload : undefined;
  }

  /** The record may live longer: it was written before the limit was set, or when the limit was higher. */
  #limited(payload: AdapterPayload | undefined): AdapterPayload | undefined {
    if (!payload?.accountId) return payload;
    const signedInAt = Number(payload['loginTs'] ?? payload.iat);
    const end = signedInAt + this.#maxLifetime;
    payload.exp = Math.min(payload.exp ?? end, end);
    return payload;
  }

  override async destroy(id: string): Promise<undefined> {
    const key = modelKey('Session', id);
    if (key) await this.change((work) => work.stage({ op: 'remove', key }));
  }

  protected override write(work: UnitOfWork, upsert: Upsert): void {
    writeSession(work, this.clock.now(), upsert);
  }
}
