import { hash } from 'node:crypto';
import type { UnitOfWork } from '../../store/unit-of-work.ts';
import { internalId, modelKey } from './ids.ts';
import { formerGrantIn } from './session.ts';

/** A `sid` has to be unique and no secret (OpenID Connect Back-Channel Logout §2.1): 96 bits. */
const sidLength = 16;

export interface SessionOfAccount {
  readonly uid: string;
  readonly accountId?: string | undefined;
}

interface ClientOfSession {
  readonly session: SessionOfAccount;
  readonly clientId: string;
}

type Documents = Pick<UnitOfWork, 'peek'> | undefined;

const derive = (
  what: string,
  work: Documents,
  { session: { uid, accountId }, clientId }: ClientOfSession,
): string => {
  const key = modelKey('Session', uid);
  const former = formerGrantIn(key && work?.peek(key), clientId);
  return hash('sha256', JSON.stringify([what, uid, accountId, clientId, former]), 'base64url');
};

/**
 * The id of the next grant of a client in a session. It is derived: requests that run at the same time get the same id,
 * so they share one grant, and the session, which knows one grant of each client, knows the grant of each of their codes.
 * The former grant is a part of what it is derived from. A grant that was revoked is never made again, because its
 * tokens would be good again.
 */
export const deriveGrantId = (work: Documents, of: ClientOfSession & { readonly variant: string }): string =>
  internalId(derive(`grant ${of.variant}`, work, of));

/** Requests that run at the same time also name the same session to the client. */
export const deriveSid = (work: Documents, of: ClientOfSession): string =>
  derive('sid', work, of).slice(0, sidLength);
