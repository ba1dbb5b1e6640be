import type { Config } from '#config';
import type { Pages } from '../../http/pages/pages.ts';
import type { Engine } from '../../provider/engine.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { Outbox } from '../../services/outbox/index.ts';

export interface LogoutDependencies {
  readonly config: Config;
  readonly pages: Pages;
  readonly accounts: Accounts;
  readonly outbox: Outbox;
  readonly engine: () => Engine;
}
