import type { Clock, Insert, Key, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { Accounts } from '../accounts/index.ts';
import type { EndEverything } from '../sessions/index.ts';
import type { ForgetAccount } from './forget.ts';

type RemoveOptions = NonNullable<Parameters<Accounts['remove']>[1]>;

export interface AccountRemoval {
  /** Throws only when the account isn't removed. */
  remove(id: string, options?: RemoveOptions): Promise<void>;
  /** Finishes the removals that were interrupted, now and every few minutes. The result ends it. */
  start(): Promise<() => Promise<void>>;
}

/** An account is removed, and something of what it had may be left. */
interface RemovalRecord {
  readonly id: string;
  readonly at: number;
}

interface Dependencies {
  readonly store: Store;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'find' | 'remove'>;
  readonly endEverything: EndEverything;
  readonly forgetAccount: ForgetAccount;
  /** Called for what failed behind the removal of the account itself. */
  readonly onError: (error: unknown) => void;
}

const format = record<RemovalRecord>('accountRemoval');
const index = 'account-removals';
const keyOf = (id: string): Key => ({ kind: kinds.accountRemoval, family: id, id: '' });

const pageSize = 100;
const everyMs = 300_000;

export const createAccountRemoval = ({
  store,
  clock,
  accounts,
  endEverything,
  forgetAccount,
  onError,
}: Dependencies): AccountRemoval => {
  const begin = (id: string): Insert => {
    const at = clock.now();
    const entries = [{ index, of: 'all', at }];
    return { op: 'insert', key: keyOf(id), body: format.encode({ id, at }), index: entries };
  };

  const finish = async (id: string): Promise<void> => {
    while (!(await endEverything(id)).complete);
    await forgetAccount({ id });
    await store.commit([{ op: 'remove', key: keyOf(id) }]);
  };

  const finishInterrupted = async (): Promise<void> => {
    let cursor: string | undefined;
    do {
      const page = await store.list(index, 'all', {
        limit: pageSize,
        ...(cursor !== undefined && { cursor }),
      });
      for (const { document } of page.items) {
        const { id } = format.decode(document.body);
        // A commit that was undone on a cluster has left the account.
        if ((await accounts.find(id)) === undefined) await finish(id).catch(onError);
      }
      cursor = page.next;
    } while (cursor !== undefined);
  };

  return {
    async remove(id, { also = () => [], ...conditions } = {}) {
      await accounts.remove(id, { ...conditions, also: (account) => [...also(account), begin(id)] });
      await finish(id).catch(onError);
    },
    async start() {
      let running = finishInterrupted().catch(onError);
      const timer = setInterval(() => {
        running = running.then(finishInterrupted).catch(onError);
      }, everyMs).unref();
      return async () => {
        clearInterval(timer);
        await running;
      };
    },
  };
};
