import { Conflict, StoreUnavailable } from '../../store/errors.ts';
import type { Store, Write } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import { type Account, keepingSignIn } from '../accounts/index.ts';
import { type PasskeysRecord, passkeysKey, readPasskeys, replacePasskeys } from './record.ts';

/** Each attempt that fails is one that another request made succeed. */
const maxAttempts = 20;

const isOfAccount: ReadonlySet<string> = new Set([kinds.passkeys, kinds.account]);

/** What becomes of the passkeys of an account. Without `next` nothing is written. */
interface Change<T> {
  readonly result: T;
  readonly next?: PasskeysRecord;
  /** Committed together with the change. */
  readonly also?: readonly Write[];
}

export type ChangePasskeys = <T>(
  account: string,
  change: (record: PasskeysRecord) => Change<T>,
  options?: {
    /** The account as its owner saw it, who makes the change and must still be signed in when it is committed. */
    readonly signedIn?: Account | undefined;
  },
) => Promise<T>;

/** Applies a change to what is stored, and again to what another request made of it meanwhile. */
export const createChangePasskeys =
  (store: Pick<Store, 'read' | 'commit'>): ChangePasskeys =>
  async (account, change, { signedIn } = {}) => {
    const condition = signedIn && keepingSignIn(signedIn);
    for (let attempt = 1; ; attempt += 1) {
      const [document, ...ofAccount] = await store.read([passkeysKey(account), ...(condition?.keys ?? [])]);
      const { result, next, also = [] } = change(readPasskeys(document));
      if (!next) return result;
      try {
        await store.commit([
          ...also,
          ...(condition?.writesOf(ofAccount) ?? []),
          replacePasskeys(account, document, next),
        ]);
        return result;
      } catch (error) {
        if (!(error instanceof Conflict) || !isOfAccount.has(error.key.kind)) throw error;
        if (attempt === maxAttempts)
          throw new StoreUnavailable('the passkeys of an account change too often', { cause: error });
      }
    }
  };
