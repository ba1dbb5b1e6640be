import type { AdapterPayload } from 'oidc-provider';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { modelKey } from './ids.ts';
import { type AdapterDependencies, ModelAdapter, type Upsert } from './model-adapter.ts';
import { decodeSession, writeSession } from './session.ts';

export class SessionAdapter extends ModelAdapter {
  constructor(dependencies: AdapterDependencies) {
    super('Session', dependencies);
  }

  override async find(id: string): Promise<AdapterPayload | undefined> {
    const document = await this.read(this.unitOfWork(), id);
    return document && decodeSession(document, id, 'cookie', this.clock.now());
  }

  override async findByUid(uid: string): Promise<AdapterPayload | undefined> {
    const document = await this.read(this.unitOfWork(), uid);
    const payload = document && decodeSession(document, uid, 'uid', this.clock.now());
    return payload?.uid === uid ? payload : undefined;
  }

  override async destroy(id: string): Promise<undefined> {
    const key = modelKey('Session', id);
    if (key) await this.change((work) => work.stage({ op: 'remove', key }));
  }

  protected override write(work: UnitOfWork, upsert: Upsert): void {
    writeSession(work, this.clock.now(), upsert);
  }
}
