import type { Upstream } from './upstream.ts';

/**
 * What happens when a person of an upstream is linked to no account.
 *
 * - `create`: a new account is made.
 * - `link`: the account that has verified the same address is linked, without asking.
 * - `sign_in`: the person signs in to an existing account, which is then linked.
 * - `choose`: the person chooses between these two.
 * - `refuse`: nothing.
 */
export type FirstSignIn = 'create' | 'link' | 'sign_in' | 'choose' | 'refuse';

interface Address {
  /** The upstream has verified it, and is trusted for that. */
  readonly isVerified: boolean;
  /** An account here has verified the same address. One that only claims it doesn't count. */
  readonly hasOwner: boolean;
}

/**
 * Whether an address has an owner decides only when the upstream has verified it. Otherwise anyone who may write any
 * address into their profile there could find out who has an account here.
 */
export const decideFirstSignIn = (
  { create, link }: Pick<Upstream, 'create' | 'link'>,
  { isVerified, hasOwner }: Address,
): FirstSignIn => {
  if (isVerified && hasOwner) {
    if (link === 'verified_email') return 'link';
    return link === 'sign_in' ? 'sign_in' : 'refuse';
  }
  if (!create) return link === 'never' ? 'refuse' : 'sign_in';
  return isVerified || link === 'never' ? 'create' : 'choose';
};
