import { Conflict, StoreUnavailable } from '../../store/errors.ts';
import type { Store, Write } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import { type Account, type Accounts, ifStillSignedIn, keepingSignIn } from '../accounts/index.ts';
import { type PasskeysRecord, passkeysKey, readPasskeys, replacePasskeys } from './record.ts';

/** Each attempt that fails is one that another request made succeed. */
const maxAttempts = 20;

const isOfAccount: ReadonlySet<string> = new Set([kinds.passkeys, kinds.account]);

/** What becomes of the passkeys of an account. Without `next` nothing is written. */
interface Change<T> {
  readonly result: T;
  readonly next?: PasskeysRecord;
  /** A passkey was removed that sign-ins may have been made by. */
  readonly endsPendingSignIns?: boolean;
  /** Committed together with the change. */
  readonly also?: readonly Write[];
}

export type ChangePasskeys = <T>(
  account: string,
  change: (record: PasskeysRecord) => Change<T>,
  options?: {
    /** The account as its owner saw it, who makes the change and must still be signed in when it is committed. */
    readonly signedIn?: Account | undefined;
    /** What ends all other sessions ends the change too (services/accounts/still-signed-in.ts). */
    readonly endsWithOthers?: boolean;
  },
) => Promise<T>;

interface Dependencies {
  readonly store: Pick<Store, 'read' | 'commit'>;
  readonly accounts: Pick<Accounts, 'endPendingSignIns'>;
}

/** Applies a change to what is stored, and again to what another request made of it meanwhile. */
export const createChangePasskeys =
  ({ store, accounts }: Dependencies): ChangePasskeys =>
  async (account, change, { signedIn, endsWithOthers = false } = {}) => {
    const condition = signedIn && keepingSignIn(signedIn, { endsWithOthers });
    const check = signedIn && ifStillSignedIn(signedIn, { endsWithOthers });
    for (let attempt = 1; ; attempt += 1) {
      const [document, ...ofAccount] = await store.read([passkeysKey(account), ...(condition?.keys ?? [])]);
      const { result, next, endsPendingSignIns, also = [] } = change(readPasskeys(document));
      if (!next) return result;
      const writes = [...also, replacePasskeys(account, document, next)];
      try {
        if (endsPendingSignIns) await accounts.endPendingSignIns(account, { also: writes, check });
        else await store.commit([...(condition?.writesOf(ofAccount) ?? []), ...writes]);
        return result;
      } catch (error) {
        if (!(error instanceof Conflict) || !isOfAccount.has(error.key.kind)) throw error;
        if (attempt === maxAttempts)
          throw new StoreUnavailable('the passkeys of an account change too often', { cause: error });
      }
    }
  };
