import type { AdapterPayload } from 'oidc-provider';
import type { Conflict } from '../../store/errors.ts';
import type { Document, Replace } from '../../store/port.ts';
import type { ConflictOutcome } from '../../store/staged-writes.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { mergeGrants } from './grant-merge.ts';
import { withoutFamily } from './ids.ts';
import { type AdapterDependencies, ModelAdapter, type Upsert } from './model-adapter.ts';
import { decodePayload, encodePayload } from './payload.ts';

const replacementOf = (
  { key, id, expiresAt }: Upsert,
  payload: AdapterPayload,
  before: Document,
): Replace => ({
  op: 'replace',
  key,
  body: encodePayload({ ...payload, jti: withoutFamily(id) }, true),
  expected: before.body,
  expiresAt,
});

/** A grant that another request made or changed meanwhile gets both changes. */
export class GrantAdapter extends ModelAdapter {
  constructor(dependencies: AdapterDependencies) {
    super('Grant', dependencies);
  }

  protected override write(work: UnitOfWork, upsert: Upsert): void {
    const before = work.peek(upsert.key);
    const onConflict = (conflict: Conflict) => this.#applyAgain(upsert, before, conflict);
    if (!before) {
      work.stage({ ...this.newDocument(upsert), op: 'insert' }, { onConflict });
      return;
    }
    work.stage(replacementOf(upsert, upsert.payload, before), { onConflict });
  }

  async #applyAgain(
    upsert: Upsert,
    before: Document | undefined,
    { reason }: Conflict,
  ): Promise<ConflictOutcome> {
    const [current] = reason === 'absent' ? [] : await this.store.read([upsert.key]);
    // A grant that was revoked meanwhile stays revoked.
    if (!current) return 'already done';
    const { kind } = upsert.key;
    const base = before ? decodePayload(before.body, kind) : {};
    const payload = mergeGrants(base, upsert.payload, decodePayload(current.body, kind));
    return { retry: replacementOf(upsert, payload, current) };
  }
}
