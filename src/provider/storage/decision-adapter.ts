import { type AdapterPayload, errors } from 'oidc-provider';
import type { Document, Key } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { ConflictOutcome, WriteOptions } from '../../store/staged-writes.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { digestOf, familyOf } from './ids.ts';
import { type AdapterDependencies, ModelAdapter, type Upsert } from './model-adapter.ts';
import { decryptValue, encryptValue, mapTexts } from './redeemable-values.ts';
import { AlreadyAnswered, retainAfterExpiryMs } from './user-decision.ts';

/** Records what a person decides on a page while a client polls for the decision. The first decision counts. */
abstract class DecisionAdapter extends ModelAdapter {
  protected abstract isAllowed(payload: AdapterPayload): boolean;

  protected override decode(document: Document, id: string): AdapterPayload | undefined {
    const { expiresAt, ...others } = document;
    return super.decode(
      expiresAt === undefined ? document : { ...others, expiresAt: expiresAt - retainAfterExpiryMs },
      id,
    );
  }

  protected override write(work: UnitOfWork, upsert: Upsert): void {
    const retained = { ...upsert, expiresAt: upsert.expiresAt + retainAfterExpiryMs };
    const { key, payload } = retained;
    const before = work.peek(key);
    if (payload.error !== undefined || this.isAllowed(payload))
      super.write(work, retained, this.#recordDecision(work, retained));
    else if (before) this.#stageUndecided(work, retained, before);
    else super.write(work, retained);
  }

  /** A person confirms a code before the decision. That must not undo a decision of another request. */
  #stageUndecided(work: UnitOfWork, upsert: Upsert, { body: expected }: Document): void {
    const { key, body, expiresAt } = this.newDocument(upsert);
    const onConflict = async (): Promise<ConflictOutcome> => {
      const [now] = await this.store.read([key]);
      // The code is gone, or the same browser has sent the form twice.
      return now === undefined || now.body === body ? 'already done' : { error: new AlreadyAnswered() };
    };
    work.stage({ op: 'replace', key, body, expected, expiresAt }, { onConflict });
  }

  #recordDecision(work: UnitOfWork, { key, payload, expiresAt }: Upsert): WriteOptions {
    const isDenied = payload.error !== undefined;
    // A denial is kept although the engine refuses the request of the person who denies. The mark and the decision are
    // one batch: a denial that comes second must not be kept.
    const options: WriteOptions = { batch: 'decision', ...(isDenied && { commitOnRefusal: true }) };
    const mark: Key = { ...key, kind: kinds.userDecision };
    if (!work.peek(mark)) {
      const onConflict = () => ({ error: new AlreadyAnswered() });
      work.stage({ op: 'insert', key: mark, body: '', expiresAt }, { ...options, onConflict });
    }
    return options;
  }
}

const userCodeKey = (code: string): Key => ({ kind: kinds.userCode, family: digestOf(code), id: '' });

export class DeviceCodeAdapter extends DecisionAdapter {
  constructor(dependencies: AdapterDependencies) {
    super('DeviceCode', dependencies);
  }

  protected override isAllowed({ accountId }: AdapterPayload): boolean {
    return accountId !== undefined;
  }

  override async findByUserCode(userCode: string): Promise<AdapterPayload | undefined> {
    const key = userCodeKey(userCode);
    const pointer = await this.unitOfWork().read(key);
    return pointer && this.find(decryptValue(this.cipher, key, pointer.body));
  }

  protected override write(work: UnitOfWork, upsert: Upsert): void {
    const { key, id, payload, expiresAt } = upsert;
    const isNew = work.peek(key) === undefined;
    super.write(work, upsert);
    if (!isNew || !payload.userCode) return;
    const onConflict = () => ({
      error: new errors.TemporarilyUnavailable('the user code was taken, ask again'),
    });
    const pointer = userCodeKey(payload.userCode);
    work.stage(
      {
        op: 'insert',
        key: pointer,
        body: encryptValue(this.cipher, pointer, id),
        expiresAt: expiresAt + retainAfterExpiryMs,
      },
      { onConflict },
    );
  }
}

const encryptionContext = (id: string) => ({ kind: kinds.backchannelRequest, family: familyOf(id) });

const mapNotificationToken = (payload: AdapterPayload, map: (token: string) => string): AdapterPayload =>
  payload.params
    ? { ...payload, params: mapTexts(payload.params, ['client_notification_token'], map) }
    : payload;

/** The approval page finds a request by its account, so the record has the `auth_req_id`, encrypted. */
export class BackchannelRequestAdapter extends DecisionAdapter {
  constructor(dependencies: AdapterDependencies) {
    super('BackchannelAuthenticationRequest', dependencies);
  }

  protected override isAllowed({ grantId }: AdapterPayload): boolean {
    return grantId !== undefined;
  }

  protected override decode(document: Document, id: string): AdapterPayload | undefined {
    const payload = super.decode(document, id);
    return (
      payload &&
      mapNotificationToken(payload, (token) => decryptValue(this.cipher, encryptionContext(id), token))
    );
  }

  protected override write(work: UnitOfWork, upsert: Upsert): void {
    const { id } = upsert;
    const encrypt = (value: string): string => encryptValue(this.cipher, encryptionContext(id), value);
    const payload = { ...mapNotificationToken(upsert.payload, encrypt), jti: encrypt(id) };
    super.write(work, { ...upsert, payload });
  }
}
