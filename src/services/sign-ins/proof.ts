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
   * A moment before it was checked, in milliseconds since the epoch; default: now. What is removed between the check and the
   * sign-in, as the passkey that it was made by, then comes after the sign-in and ends it.
   */
  readonly at?: number;
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
