/** Why a passkey isn't accepted, for the audit record. People see one text for all but `already_registered`. */
export type PasskeyRefusal =
  /** It is no response of a browser, or not one to the options of this server. */
  | 'malformed_passkey'
  /** Its challenge was used, is too old, is older than the end of what was signed in, or was issued for something else. */
  | 'passkey_challenge'
  | 'unknown_passkey'
  /** Signature, origin, RP ID, user handle, user verification or algorithm. */
  | 'wrong_passkey'
  /** Another account must sign in here. */
  | 'other_account'
  /** The signature counter did not grow, so there may be a copy of the authenticator (WebAuthn §6.1.1). */
  | 'passkey_counter'
  | 'account_disabled'
  | 'already_registered'
  | 'too_many_passkeys'
  /** The account has tried to add passkeys too often. */
  | 'throttled';

export class PasskeyRefused extends Error {
  readonly reason: PasskeyRefusal;
  /** The account of the passkey, if it has one. */
  readonly account: string | undefined;
  readonly waitSeconds: number | undefined;

  constructor(
    reason: PasskeyRefusal,
    {
      account,
      waitSeconds,
      cause,
    }: { readonly account?: string; readonly waitSeconds?: number; readonly cause?: unknown } = {},
  ) {
    super(`the passkey was refused: ${reason}`, { cause });
    this.name = 'PasskeyRefused';
    this.reason = reason;
    this.account = account;
    this.waitSeconds = waitSeconds;
  }
}
