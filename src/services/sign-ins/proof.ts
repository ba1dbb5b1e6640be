import type { Account } from '../accounts/index.ts';
import type { UpstreamSignIn } from './upstream-sign-in.ts';

/** What a step found out about the person. */
export interface Proof {
  readonly account: Account;
  /** The methods of RFC 8176 §2. With `mfa` no second factor is asked for. */
  readonly amr: readonly string[];
  /** The methods of the second factor that was asked for after those. */
  readonly second?: readonly string[];
  /**
   * The time of the sign-in, in milliseconds since the epoch: a moment before it was checked, or when the person came back
   * from the upstream. What ends sign-ins between then and the session, as the removal of the passkey that it was made by,
   * comes after the sign-in and ends it.
   */
  readonly at: number;
  /** The session cookie outlives the browser. */
  readonly remember: boolean;
  /** The owner of the account gets a message about the sign-in. */
  readonly isNewDevice?: boolean;
  /** The upstream that says so, if it is one. */
  readonly upstream?: UpstreamSignIn;
}

/**
 * The person used a passkey of this server. An operator who requires a second factor of a person doesn't mean one
 * elsewhere.
 */
export const hasOwnFactor = ({ amr, upstream }: Proof): boolean =>
  upstream === undefined && amr.includes('mfa');
