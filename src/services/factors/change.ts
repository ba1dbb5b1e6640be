import { Conflict, StoreUnavailable } from '../../store/errors.ts';
import type { Store, Write } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import {
  type Account,
  type Accounts,
  type FactorKind,
  factorsKey,
  ifStillSignedIn,
  keepingSignIn,
} from '../accounts/index.ts';
import { type FactorsRecord, readFactors, writeFactors } from './record.ts';

/** Each attempt that fails is one that another process made succeed. */
const maxAttempts = 20;

/** What becomes of the factors, and what the caller learns. Without `next` nothing is written. */
export interface Change<T> {
  readonly result: T;
  readonly next?: FactorsRecord;
  /** Something was removed, or made void, that sign-ins may have been made by. */
  readonly endsPendingSignIns?: boolean;
  /** The person has used a recovery link: no former address of the account can come back. */
  readonly voidsFormerAddresses?: boolean;
  /** Committed together with the change, as the use of the link that allows it. */
  readonly also?: readonly Write[];
}

export interface WhileSignedIn {
  /** The owner makes the change, and must still be signed in when it is committed. */
  readonly whileSignedIn?: boolean;
  /** What ends all other sessions ends the change too (services/accounts/still-signed-in.ts). */
  readonly endsWithOthers?: boolean;
}

interface Dependencies {
  readonly store: Store;
  readonly accounts: Pick<Accounts, 'changeFactors'>;
}

const isOfAccount: ReadonlySet<string> = new Set([kinds.factors, kinds.account]);

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
export type ChangeFactors = <T>(
  account: Account,
  change: (factors: FactorsRecord) => Change<T>,
  whileSignedIn?: WhileSignedIn,
) => Promise<T>;

export const createChangeFactors = ({ store, accounts }: Dependencies): ChangeFactors => {
  /** An account of the configuration has no record that could say what it has. */
  const isStored = ({ from }: Account): boolean => from === 'store';

  return async (account, change, { whileSignedIn = false, endsWithOthers = false } = {}) => {
    const condition = whileSignedIn ? keepingSignIn(account, { endsWithOthers }) : undefined;
    const check = whileSignedIn ? ifStillSignedIn(account, { endsWithOthers }) : undefined;
    for (let attempt = 1; ; attempt += 1) {
      const [document, ...held] = await store.read([factorsKey(account.id), ...(condition?.keys ?? [])]);
      const factors = readFactors(document);
      const { result, next, endsPendingSignIns, voidsFormerAddresses, also = [] } = change(factors);
      if (!next) return result;
      const difference = differenceOf(factors, next);
      const writes = [...also, writeFactors(account.id, document, next)];
      try {
        const ofAccount = { endsPendingSignIns, voidsFormerAddresses, ...difference };
        if (isStored(account) && (difference || endsPendingSignIns || voidsFormerAddresses))
          await accounts.changeFactors(account.id, { writes, check, ...ofAccount });
        else await store.commit([...(condition?.writesOf(held) ?? []), ...writes]);
        return result;
      } catch (error) {
        const isOutdated = error instanceof Conflict && isOfAccount.has(error.key.kind);
        if (!isOutdated) throw error;
        if (attempt === maxAttempts)
          throw new StoreUnavailable('the factors of an account change too often', { cause: error });
      }
    }
  };
};
