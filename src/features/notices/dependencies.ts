import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { Account, Accounts } from '../../services/accounts/index.ts';
import type { Factors } from '../../services/factors/index.ts';
import type { Mail } from '../../services/mail/index.ts';
import type { OneTimeLinks } from '../../services/one-time-links/index.ts';
import type { Passkeys } from '../../services/passkeys/index.ts';
import type { EndEverything } from '../../services/sessions/index.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import type { Provisioning, UpstreamLinks } from '../../services/upstreams/index.ts';
import type { Store } from '../../store/port.ts';
import type { UnitOfWork } from '../../store/unit-of-work.ts';

export interface NoticesDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly events: Events;
  readonly pages: Pages;
  readonly accounts: Accounts;
  readonly endEverything: EndEverything;
  readonly links: OneTimeLinks;
  readonly mail: Mail;
  readonly passkeys: Passkeys;
  readonly factors: Factors;
  readonly upstreamLinks: UpstreamLinks;
  readonly provisioning: Pick<Provisioning, 'unlink'>;
  readonly throttle: Throttle;
  /** Sends a link for a new password to the verified address of the account, with the commit of the work. */
  readonly requestReset: (
    account: Account,
    work: UnitOfWork,
    options: { readonly mayArriveTwice: true },
  ) => Promise<void>;
}
