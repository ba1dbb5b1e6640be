import { errors, type KoaContextWithOIDC } from 'oidc-provider';

/** A record that the engine is about to store for a caller who may never return, or as often as a caller likes. */
export interface PendingRecord {
  readonly model:
    | 'AuthorizationCode'
    | 'BackchannelAuthenticationRequest'
    | 'DeviceCode'
    | 'Interaction'
    | 'PushedAuthorizationRequest'
    | 'Session';
  /** The size of what the caller sent. */
  readonly bytes: number;
}

/** Decides whether a pending record may be stored, and counts it. It throws `NotAdmitted` to refuse the request. */
export type Admit = (ctx: KoaContextWithOIDC, record: PendingRecord) => void;

/**
 * The request would store more than the server keeps for such callers. RFC 6749 §4.1.2.1 has one error code for 429 and
 * 503. The error is shown as a page of this server, with the status and `Retry-After`, and not as a redirect.
 */
export class NotAdmitted extends errors.OIDCProviderError {
  override allow_redirect = false;

  constructor(status: 429 | 503, description: string) {
    super(status, 'temporarily_unavailable');
    this.error_description = description;
    // The engine hides the errors whose status is 500 or above.
    this.expose = true;
  }
}
