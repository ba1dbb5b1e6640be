import type { InteractionResults } from 'oidc-provider';
import type { Clock } from '../../store/port.ts';
import type { Account } from '../accounts/index.ts';
import type { AuthenticationLevels } from '../authentication-levels/index.ts';

interface PasswordLogin {
  readonly account: Account;
  /** The session cookie outlives the browser. */
  readonly remember: boolean;
  readonly clock: Clock;
  readonly levels: AuthenticationLevels;
}

/** The `login` result of a step in which the person gave the password (RFC 8176 §2: `pwd`). */
export const passwordLogin = ({
  account,
  remember,
  clock,
  levels,
}: PasswordLogin): NonNullable<InteractionResults['login']> => {
  const acr = levels.reachedBy(account);
  return {
    accountId: account.id,
    remember,
    ts: Math.floor(clock.now() / 1000),
    amr: ['pwd'],
    ...(acr !== undefined && { acr }),
  };
};
