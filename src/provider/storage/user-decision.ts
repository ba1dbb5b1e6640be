import { errors } from 'oidc-provider';

/** A person decides once. A second decision comes from a second browser, or from a form that was sent twice. */
export class AlreadyAnswered extends errors.InvalidRequest {
  constructor() {
    super('this request was answered already');
  }
}

/** A request outlives its expiry by this much, so that the client gets `expired_token` (RFC 8628 §3.5). */
export const retainAfterExpiryMs = 600_000;
