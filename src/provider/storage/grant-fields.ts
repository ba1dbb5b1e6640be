import type { AdapterPayload } from 'oidc-provider';
import type { Document } from '../../store/port.ts';
import { familyOf } from './ids.ts';
import { decodePayload } from './payload.ts';

/** Of a grant, what its refresh tokens would repeat: each outlives a hundred requests, so its size counts. */
interface GrantFields {
  readonly grantId: string;
  readonly accountId: string | undefined;
  readonly clientId: string | undefined;
}

const decoded = new WeakMap<Document, GrantFields>();

/** The grant whose family `id` belongs to, as its tokens see it. */
export const grantFieldsOf = (grant: Document, id: string): GrantFields => {
  let shared = decoded.get(grant);
  if (shared === undefined) {
    const { jti = '', accountId, clientId } = decodePayload(grant.body);
    shared = { grantId: familyOf(id) + jti, accountId, clientId };
    decoded.set(grant, shared);
  }
  return shared;
};

/** Leaves out what the grant says, when it says the same. */
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

/** A token that says nothing of its grant is dead without it, and of nobody. */
export const restoreGrantFields = (
  payload: AdapterPayload | undefined,
  grant: Document | undefined,
): AdapterPayload | undefined => {
  if (!payload || payload.grantId !== undefined) return payload;
  return grant && Object.assign(payload, grantFieldsOf(grant, payload.jti ?? ''));
};
