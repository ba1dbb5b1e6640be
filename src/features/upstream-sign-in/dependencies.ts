import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { Admission } from '../../services/admission/index.ts';
import type { Sessions } from '../../services/sessions/index.ts';
import type { CompleteSignIn } from '../../services/sign-ins/index.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import type {
  Arrivals,
  FlowCookies,
  Linking,
  Provisioning,
  UpstreamLogouts,
  Upstreams,
} from '../../services/upstreams/index.ts';
import type { Clock } from '../../store/port.ts';

export interface UpstreamSignInDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly pages: Pages;
  readonly accounts: Accounts;
  readonly admission: Pick<Admission, 'assertRoomToLast' | 'secondsToWait'>;
  readonly completeSignIn: CompleteSignIn;
  readonly sessions: Pick<Sessions, 'end'>;
  readonly throttle: Throttle;
  readonly linking: Linking;
  readonly upstreams: Upstreams;
  readonly arrivals: Arrivals;
  readonly provisioning: Provisioning;
  readonly upstreamLogouts: UpstreamLogouts;
  readonly flowCookies: FlowCookies;
}
