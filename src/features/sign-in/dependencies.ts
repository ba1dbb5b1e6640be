import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { AuthenticationLevels } from '../../services/authentication-levels/index.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import type { Clock } from '../../store/port.ts';

export interface SignInDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Accounts;
  readonly throttle: Throttle;
  readonly levels: AuthenticationLevels;
  /** Sign the cookie of known devices, newest first. */
  readonly cookieKeys: () => readonly string[];
  /** The page for people who forgot their password, if there is one. */
  readonly forgotPassword: { readonly href: string } | undefined;
}
