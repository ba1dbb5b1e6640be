import type { InteractionResults } from 'oidc-provider';
import type { Clock } from '../../store/port.ts';
import { type Account, type Accounts, isProofCurrent } from '../accounts/index.ts';
import type { UpstreamLogouts } from '../upstreams/index.ts';
import type { UpstreamSignIn } from './upstream-sign-in.ts';

/** What the step for the second factor gets of the step before it. The interaction keeps it; the browser never sees it. */
export interface FirstFactor {
  readonly accountId: string;
  readonly amr: readonly string[];
  readonly remember: boolean;
  /** The owner of the account gets a message when the sign-in is complete. */
  readonly isNewDevice: boolean;
  /** Setting up a second factor may be put off, as far as the grace period lasts. */
  readonly mayPutOff: boolean;
  /** Only a passkey reaches the level that is asked for. */
  readonly byPasskey?: boolean;
  /** The time of the sign-in so far, in milliseconds since the epoch: `Proof.at`. */
  readonly at: number;
  /** When the step began, in milliseconds since the epoch. Absent in results of an earlier release, which began it `at`. */
  readonly begunAt?: number;
  readonly upstream?: UpstreamSignIn;
}

/** Long enough to set up an app, and to look for recovery codes. */
const lifetimeMs = 15 * 60_000;

/** True while a sign-in has only its first factor. */
export const hasFirstFactorOnly = (result: InteractionResults | undefined): boolean =>
  result?.['first'] !== undefined && !result.login;

interface Dependencies {
  readonly accounts: Pick<Accounts, 'find'>;
  readonly clock: Clock;
  readonly upstreamLogouts: Pick<UpstreamLogouts, 'isSignedOut'>;
}

/**
 * The account whose first factor was given in this sign-in. Undefined when that was too long ago, or no longer counts:
 * the account was disabled, has another password, was signed out of everything, or lost a way to sign in since, or the
 * upstream that the person came from has signed them out.
 */
export const findFirstFactor = async (
  result: InteractionResults | undefined,
  { accounts, clock, upstreamLogouts }: Dependencies,
): Promise<{ readonly first: FirstFactor; readonly account: Account } | undefined> => {
  // Only `completeSignIn` makes it.
  const first = result?.['first'] as FirstFactor | undefined;
  if (!first || clock.now() - (first.begunAt ?? first.at) > lifetimeMs) return undefined;
  const account = await accounts.find(first.accountId);
  if (!account?.enabled) return undefined;
  const leftAt = first.upstream?.leftAt ?? first.at;
  if (!isProofCurrent(account, leftAt)) return undefined;
  if (first.upstream) {
    const { id, subject, sid } = first.upstream;
    if (await upstreamLogouts.isSignedOut({ upstream: id, subject, sid, leftAt })) return undefined;
  }
  return { first, account };
};
