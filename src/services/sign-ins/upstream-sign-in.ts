/** What an upstream said about a sign-in. The session of the engine doesn't keep it: features/upstream-sign-in does. */
export interface UpstreamSignIn {
  /** The id of the upstream. */
  readonly id: string;
  readonly subject: string;
  /** The session at the upstream, for its logout tokens. */
  readonly sid?: string;
  /** When the person left for it, in milliseconds since the epoch. Absent in results of an earlier release. */
  readonly leftAt?: number;
  /** The level that the operator gives it. */
  readonly acr?: string;
  /** When the person signed in there: `UpstreamIdentity.signedInAt`. */
  readonly signedInAt?: number;
  /** It was asked to let the person sign in again: `UpstreamIdentity.isAskedAgain`. */
  readonly isAskedAgain?: true;
  /** The operator asks for no second factor of this server after it. */
  readonly isEnough: boolean;
}
