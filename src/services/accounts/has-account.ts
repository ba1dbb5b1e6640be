import type { Config } from '#config';
import type { Store } from '../../store/port.ts';
import { configuredIdOf } from './configured.ts';
import { accountKey } from './record.ts';

interface Dependencies {
  readonly config: Pick<Config, 'accounts'>;
  readonly store: Pick<Store, 'read'>;
}

/** Whether an account has this id, for services that need nothing else of accounts. */
export const createHasAccount =
  ({ config, store }: Dependencies) =>
  async (id: string): Promise<boolean> => {
    if (config.accounts.some((entry) => configuredIdOf(entry) === id)) return true;
    const [document] = await store.read([accountKey(id)]);
    return document !== undefined;
  };
