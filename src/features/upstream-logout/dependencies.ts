import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Admission } from '../../services/admission/index.ts';
import type { EndUpstreamSessions, SignOutCookies, Upstreams } from '../../services/upstreams/index.ts';
import type { Clock } from '../../store/port.ts';

export interface UpstreamLogoutDependencies {
  readonly config: Pick<Config, 'issuer'>;
  readonly clock: Clock;
  readonly events: Events;
  readonly admission: Pick<Admission, 'secondsToWait'>;
  readonly upstreams: Upstreams;
  readonly endUpstreamSessions: EndUpstreamSessions;
  readonly signOutCookies: SignOutCookies;
}
