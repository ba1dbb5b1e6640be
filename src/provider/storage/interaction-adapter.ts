import { type AdapterPayload, errors } from 'oidc-provider';
import type { Document } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { familyOf, modelKey } from './ids.ts';
import { type AdapterDependencies, ModelAdapter, type Upsert } from './model-adapter.ts';
import { refuseUsedPushedRequest } from './pushed-request-adapter.ts';
import { decryptValue, encryptValue, mapTexts } from './redeemable-values.ts';
import { resume } from './resume.ts';

/** The ids of the device code and of the pushed request that the interaction is about. */
const redeemable = ['deviceCode', 'parJti'] as const;

const encryptionContext = (id: string) => ({ kind: kinds.interaction, family: familyOf(id) });

/**
 * An interaction is resumed once. The engine destroys it then; here it is consumed, so that a second resume fails. It
 * stays consumed when the authorization request is refused, or a person could take a denial back.
 */
export class InteractionAdapter extends ModelAdapter {
  constructor(dependencies: AdapterDependencies) {
    super('Interaction', dependencies);
  }

  /** What a person has done in an interaction is its result, so one without a result is new. */
  override async upsert(id: string, payload: AdapterPayload, ttl: number): Promise<undefined> {
    const { parJti, result } = payload;
    if (parJti !== undefined && result === undefined)
      await refuseUsedPushedRequest(this.unitOfWork(), parJti);
    await super.upsert(id, payload, ttl);
  }

  override async destroy(id: string): Promise<undefined> {
    const key = modelKey('Interaction', id);
    if (!key) return;
    const at = this.clock.now();
    const onConflict = () => ({ error: new errors.SessionNotFound('interaction session not found') });
    await this.change((work) => work.stage({ op: 'consume', key, at }, { ...resume, onConflict }));
  }

  protected override decode(document: Document, id: string): AdapterPayload | undefined {
    const payload = document.consumption ? undefined : super.decode(document, id);
    return (
      payload &&
      mapTexts(payload, redeemable, (value) => decryptValue(this.cipher, encryptionContext(id), value))
    );
  }

  protected override write(work: UnitOfWork, upsert: Upsert): void {
    const { id, payload } = upsert;
    const stored = mapTexts(payload, redeemable, (value) =>
      encryptValue(this.cipher, encryptionContext(id), value),
    );
    // `uid` finds the session; its cookie would only be something to steal.
    const { cookie: _, ...session } = payload.session ?? {};
    super.write(work, { ...upsert, payload: payload.session ? { ...stored, session } : stored });
  }
}
