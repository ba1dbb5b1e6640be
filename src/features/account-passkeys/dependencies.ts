import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { StrengthOf } from '../../services/account-pages/index.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { Passkeys } from '../../services/passkeys/index.ts';
import type { OtherWays } from '../../services/sign-ins/index.ts';
import type { Clock } from '../../store/port.ts';

export interface PasskeysDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
  readonly pages: Pages;
  readonly accounts: Pick<Accounts, 'find'>;
  readonly passkeys: Passkeys;
  readonly strengthOf: StrengthOf;
  readonly otherWays: Pick<OtherWays, 'besidesPasskeys'>;
}
