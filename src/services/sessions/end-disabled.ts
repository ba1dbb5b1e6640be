import type { Events } from '../../events.ts';
import type { Accounts } from '../accounts/index.ts';
import type { EndEverything } from './end-everything.ts';

interface Dependencies {
  readonly accounts: Pick<Accounts, 'list' | 'superseded'>;
  readonly events: Events;
  readonly endEverything: EndEverything;
}

/**
 * An account of the configuration has no record that could say when it was disabled. So the start of a server ends what
 * disabled ones had; otherwise it would be good again when they are enabled. It ends what superseded accounts of the store
 * had too, so that applications, which know them by their former name, are notified.
 */
export const endDisabledAccounts = async ({
  accounts,
  events,
  endEverything,
}: Dependencies): Promise<void> => {
  const { items } = await accounts.list({ limit: 1 });
  for (const { id, from, enabled } of items) {
    if (from === 'store' || enabled) continue;
    while (!(await endEverything(id)).complete);
  }
  for (const { id } of await accounts.superseded()) {
    events.emit({ type: 'account.superseded', outcome: 'failed', account: id });
    while (!(await endEverything(id)).complete);
  }
};
