import type { AdapterPayload } from 'oidc-provider';
import type { Document } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import { familyOf } from './ids.ts';
import { decodePayload } from './payload.ts';

/** Every refresh token of a grant would repeat these fields. Stores hold many tokens, so the grant has them once. */
interface GrantFields {
  readonly grantId: string;
  readonly accountId: string | undefined;
  readonly clientId: string | undefined;
}

const decoded = new WeakMap<Document, GrantFields>();

/** The fields of the grant in whose family the token `id` is. */
export const grantFieldsOf = (grant: Document, id: string): GrantFields => {
  let shared = decoded.get(grant);
  if (shared === undefined) {
    const { jti = '', accountId, clientId } = decodePayload(grant.body, kinds.grant);
    shared = { grantId: familyOf(id) + jti, accountId, clientId };
    decoded.set(grant, shared);
  }
  return shared;
};

/** Leaves the fields out of a token when they are the same as the grant's. */
export const omitGrantFields = (
  payload: AdapterPayload,
  id: string,
  grant: Document | undefined,
): AdapterPayload => {
  if (!grant) return payload;
  const { grantId, accountId, clientId, ...own } = payload;
  const shared = grantFieldsOf(grant, id);
  const same = grantId === shared.grantId && accountId === shared.accountId && clientId === shared.clientId;
  return same ? own : payload;
};

/** A token without these fields is unknown once its grant is gone. */
export const restoreGrantFields = (
  payload: AdapterPayload | undefined,
  grant: Document | undefined,
): AdapterPayload | undefined => {
  if (!payload || payload.grantId !== undefined) return payload;
  return grant && Object.assign(payload, grantFieldsOf(grant, payload.jti ?? ''));
};
