import { Failure } from '../../errors.ts';

interface Refusal {
  readonly code: string;
  readonly message: string;
  /** How the client should authenticate, or did. */
  readonly scheme?: 'Bearer' | 'DPoP';
  /** The request had no token, so the challenge names no error (RFC 6750 §3.1). */
  readonly isMissing?: boolean;
  /** The nonce that the next DPoP proof must have. */
  readonly nonce?: string;
}

/** The request has no token that the administration API accepts. */
export class TokenRefused extends Failure {
  readonly scheme: 'Bearer' | 'DPoP';
  readonly isMissing: boolean;
  readonly nonce: string | undefined;

  constructor({ code, message, scheme = 'Bearer', isMissing = false, nonce }: Refusal) {
    super({ code, status: 401, message });
    this.name = 'TokenRefused';
    this.scheme = scheme;
    this.isMissing = isMissing;
    this.nonce = nonce;
  }
}
