import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { Engine } from '../../provider/engine.ts';
import type { StorageCipher } from '../../provider/storage/redeemable-values.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { AuthenticationLevels } from '../../services/authentication-levels/index.ts';
import type { Outbox } from '../../services/outbox/index.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import type { Clock, Store } from '../../store/port.ts';

export interface CibaDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly pages: Pages;
  readonly accounts: Accounts;
  readonly levels: AuthenticationLevels;
  readonly throttle: Throttle;
  readonly outbox: Outbox;
  /** Encrypts the id that a client redeems, where the store has to give it back. */
  readonly cipher: StorageCipher;
  readonly engine: () => Engine;
  /** Sign the forms, newest first. */
  readonly cookieKeys: () => readonly string[];
}
