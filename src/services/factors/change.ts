import { Conflict, StoreUnavailable } from '../../store/errors.ts';
import type { Store, Write } from '../../store/port.ts';
import { type Account, type Accounts, type FactorKind, factorsKey } from '../accounts/index.ts';
import { type FactorsRecord, readFactors, writeFactors } from './record.ts';

/** Each attempt that fails is one that another process made succeed. */
const maxAttempts = 20;

/** What becomes of the factors, and what the caller learns. Without `next` nothing is written. */
export interface Change<T> {
  readonly result: T;
  readonly next?: FactorsRecord;
  /** Committed together with the change, as the use of the link that allows it. */
  readonly also?: readonly Write[];
}

interface Dependencies {
  readonly store: Store;
  readonly accounts: Pick<Accounts, 'changeFactors'>;
}

const kind: FactorKind = 'authenticator';

/** What the account says about its factors, when that changes. */
const differenceOf = (before: FactorsRecord, after: FactorsRecord) => {
  const [had, has] = [before, after].map(({ authenticators }) => authenticators.length > 0);
  if (had === has) return undefined;
  return has ? { add: kind } : { remove: kind };
};

/**
 * Applies a change to the factors of an account, again when another request changed them meanwhile. So of any number of
 * requests with one code, on any number of processes, one is the first.
 */
export const createChangeFactors = ({ store, accounts }: Dependencies) => {
  const read = async (account: string) => {
    const [document] = await store.read([factorsKey(account)]);
    return { document, factors: readFactors(document) };
  };

  /** An account of the configuration has no record that could say what it has. */
  const isStored = ({ from }: Account): boolean => from === 'store';

  return async <T>(account: Account, change: (factors: FactorsRecord) => Change<T>): Promise<T> => {
    for (let attempt = 1; ; attempt += 1) {
      const { document, factors } = await read(account.id);
      const { result, next, also = [] } = change(factors);
      if (!next) return result;
      const difference = differenceOf(factors, next);
      const writes = [...also, writeFactors(account.id, document, next)];
      try {
        if (difference && isStored(account))
          await accounts.changeFactors(account.id, { writes, ...difference });
        else await store.commit(writes);
        return result;
      } catch (error) {
        const isOutdated = error instanceof Conflict && error.key.kind === factorsKey('').kind;
        if (!isOutdated) throw error;
        if (attempt === maxAttempts)
          throw new StoreUnavailable('the factors of an account change too often', { cause: error });
      }
    }
  };
};
