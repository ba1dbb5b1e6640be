import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Step, StepOutcome, Visit } from '../../http/interactions/step.ts';
import type { Form } from '../../http/pages/form.ts';
import type { Account, Accounts } from '../../services/accounts/index.ts';
import type { Admission } from '../../services/admission/index.ts';
import type { AuthenticationLevels } from '../../services/authentication-levels/index.ts';
import type { Mail } from '../../services/mail/index.ts';
import type { OneTimeCodes } from '../../services/one-time-codes/index.ts';
import type { Passkeys } from '../../services/passkeys/index.ts';
import type { CompleteSignIn, KnownDevices } from '../../services/sign-ins/index.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import type { Clock, Store } from '../../store/port.ts';

interface OtherWays {
  readonly upstreams: readonly { readonly name: string; readonly href: string; readonly logo?: string }[];
  /** Whether people may sign in to this client by a password of this server. */
  readonly isLocalAllowed: boolean;
}

/** Sign-in by upstreams, on the page and in the step of this feature. Without an outcome the step goes on itself. */
interface LoginWays {
  show(visit: Visit): Promise<StepOutcome | undefined>;
  /** Goes on without a question where there is only one way. */
  goOnAlone(visit: Visit): StepOutcome | undefined;
  submit: (visit: Visit, form: Form) => Promise<StepOutcome | undefined>;
  offered(visit: Visit): OtherWays;
  /** The person signs in to link an upstream. */
  isToLink(visit: Visit): boolean;
  addChecks(prompt: Step['prompt']): void;
}

/** What signing in by a code needs. */
export interface CodeSignInDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Accounts;
  readonly admission: Pick<Admission, 'assertRoomToLast'>;
  readonly codes: OneTimeCodes;
  readonly mail: Mail;
  readonly throttle: Throttle;
  readonly knownDevices: KnownDevices;
}

export interface SignInDependencies extends CodeSignInDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Accounts;
  readonly passkeys: Passkeys;
  readonly throttle: Throttle;
  readonly levels: AuthenticationLevels;
  readonly completeSignIn: CompleteSignIn;
  /** Stores a message to the owner of an account that signs in with a new browser, in the commit of the step. */
  readonly notifyNewDevice: (visit: Visit, account: Account) => void;
  /** The page for people who forgot their password, if there is one. */
  readonly forgotPassword: { readonly href: string } | undefined;
  readonly ways: LoginWays;
}
