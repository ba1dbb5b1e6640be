import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { OtherWays } from '../../services/sign-ins/index.ts';
import type {
  Arrivals,
  FlowCookies,
  Linking,
  Provisioning,
  UpstreamLinks,
  Upstreams,
} from '../../services/upstreams/index.ts';
import type { Clock } from '../../store/port.ts';

export interface AccountUpstreamsDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly pages: Pages;
  readonly upstreams: Upstreams;
  readonly arrivals: Arrivals;
  readonly flowCookies: FlowCookies;
  readonly linking: Linking;
  readonly links: UpstreamLinks;
  readonly otherWays: Pick<OtherWays, 'besidesLink'>;
  readonly provisioning: Pick<Provisioning, 'find'>;
}
