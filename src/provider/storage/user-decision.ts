import { type AdapterPayload, errors } from 'oidc-provider';
import type { Key } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import type { ModelName } from './ids.ts';

/** What a person answers once, on a page of ours, while a client polls for the answer. */
const answeredModels = new Set<ModelName>(['DeviceCode', 'BackchannelAuthenticationRequest']);

/** Somebody was quicker: the same person who pressed twice, or another one. */
export class AlreadyAnswered extends errors.InvalidRequest {
  constructor() {
    super('this request was answered already');
  }
}

/** So long after their end they are still known, so that a client is told `expired_token` (RFC 8628 §3.5). */
export const retainAfterExpiryMs = (model: ModelName): number => (answeredModels.has(model) ? 600_000 : 0);

/**
 * Of two answers, whichever page they come from, the first one counts. A refusal outlives the request that was
 * refused because of it.
 */
export const recordDecisionOnce = (
  work: UnitOfWork,
  {
    model,
    key,
    payload,
    expiresAt,
  }: { model: ModelName; key: Key; payload: AdapterPayload; expiresAt: number },
): { readonly commitOnRefusal?: true } => {
  if (!answeredModels.has(model)) return {};
  const refused = payload.error !== undefined;
  const allowed = model === 'DeviceCode' ? payload.accountId : payload.grantId;
  if (!refused && allowed === undefined) return {};
  const survives = refused ? { commitOnRefusal: true as const } : {};
  const mark: Key = { ...key, kind: kinds.userDecision };
  if (!work.peek(mark)) {
    const onConflict = () => ({ error: new AlreadyAnswered() });
    work.stage({ op: 'insert', key: mark, body: '', expiresAt }, { ...survives, onConflict });
  }
  return survives;
};
