import type { InteractionResults } from 'oidc-provider';
import type { Clock } from '../../store/port.ts';
import type { Account } from '../accounts/index.ts';
import type { AuthenticationLevels } from '../authentication-levels/index.ts';
import type { Passkey } from '../passkeys/index.ts';

interface PasskeyLogin {
  readonly account: Account;
  readonly passkey: Pick<Passkey, 'isDeviceBound'>;
  /** The session cookie outlives the browser. */
  readonly remember: boolean;
  readonly clock: Clock;
  readonly levels: AuthenticationLevels;
}

/**
 * The `login` result of a step in which the person used a passkey. RFC 8176 §2: the key is in hardware (`hwk`), or it can
 * be copied (`swk`); the authenticator verified the person (`user`); so there were two factors (`mfa`).
 */
export const passkeyLogin = ({
  account,
  passkey,
  remember,
  clock,
  levels,
}: PasskeyLogin): NonNullable<InteractionResults['login']> => {
  const acr = levels.reachedBy(account);
  return {
    accountId: account.id,
    remember,
    ts: Math.floor(clock.now() / 1000),
    amr: [passkey.isDeviceBound ? 'hwk' : 'swk', 'user', 'mfa'],
    ...(acr !== undefined && { acr }),
  };
};
