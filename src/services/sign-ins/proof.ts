import type { Account } from '../accounts/index.ts';
import type { UpstreamSignIn } from './upstream-sign-in.ts';

/** What a step found out about the person. */
export interface Proof {
  readonly account: Account;
  /** The methods of RFC 8176 §2. With `mfa` no second factor is asked for. */
  readonly amr: readonly string[];
  /** Those of the second factor that was asked for after them. */
  readonly second?: readonly string[];
  /** The session cookie outlives the browser. */
  readonly remember: boolean;
  /** The owner of the account gets a message about the sign-in. */
  readonly isNewDevice?: boolean;
  /** Who says so, if it is an upstream. */
  readonly upstream?: UpstreamSignIn;
}

/**
 * The person used a passkey of this server. An operator who requires a second factor of a person doesn't mean one
 * elsewhere.
 */
export const hasOwnFactor = ({ amr, upstream }: Proof): boolean =>
  upstream === undefined && amr.includes('mfa');
