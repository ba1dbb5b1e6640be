import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { HasMakerRight } from '../../services/administration/right-of-maker.ts';
import type { Mail } from '../../services/mail/index.ts';
import type { OneTimeLinks } from '../../services/one-time-links/index.ts';
import type { Throttle } from '../../services/throttle/index.ts';

export interface InvitationDependencies {
  readonly config: Config;
  readonly events: Events;
  readonly pages: Pages;
  readonly accounts: Accounts;
  readonly links: OneTimeLinks;
  readonly mail: Mail;
  readonly hasMakerRight: HasMakerRight;
  readonly throttle: Throttle;
}
