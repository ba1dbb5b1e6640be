import type { Accounts } from '../accounts/index.ts';
import type { EndEverything } from './end-everything.ts';

interface Dependencies {
  readonly accounts: Pick<Accounts, 'list'>;
  readonly endEverything: EndEverything;
}

/**
 * An account of the configuration has no record that could say when it was disabled. So the start of a server ends what
 * disabled ones had; otherwise it would be good again when they are enabled.
 */
export const endDisabledAccounts = async ({ accounts, endEverything }: Dependencies): Promise<void> => {
  const { items } = await accounts.list({ limit: 1 });
  for (const { id, from, enabled } of items) {
    if (from === 'store' || enabled) continue;
    while (!(await endEverything(id)).complete);
  }
};
