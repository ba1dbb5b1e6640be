import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Visit } from '../../http/interactions/step.ts';
import type { Account, Accounts } from '../../services/accounts/index.ts';
import type { Factors } from '../../services/factors/index.ts';
import type { Passkeys } from '../../services/passkeys/index.ts';
import type { CompleteSignIn, KnownDevices, RememberedBrowsers } from '../../services/sign-ins/index.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import type { UpstreamLogouts, Upstreams } from '../../services/upstreams/index.ts';
import type { Clock } from '../../store/port.ts';

export interface SecondFactorDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Accounts;
  readonly factors: Factors;
  readonly passkeys: Pick<Passkeys, 'authenticate' | 'isUsableBy' | 'requestOptions' | 'rpId'>;
  readonly throttle: Throttle;
  readonly remembered: RememberedBrowsers;
  readonly upstreams: Pick<Upstreams, 'nameOf'>;
  readonly upstreamLogouts: Pick<UpstreamLogouts, 'isSignedOut'>;
  readonly completeSignIn: CompleteSignIn;
  /** Sign forms, newest first. */
  readonly cookieKeys: () => readonly string[];
  readonly knownDevices: Pick<KnownDevices, 'cookieAfterSignIn' | 'secondFactorAttemptOf'>;
  /** Stores a message to the owner of an account that signs in with a new browser, in the commit of the step. */
  readonly notifyNewDevice: (visit: Visit, account: Account) => void;
}
