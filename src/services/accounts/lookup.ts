import type { Clock, Store } from '../../store/port.ts';
import { createReadThroughCache } from '../../store/read-through-cache.ts';
import type { Account } from './account.ts';
import { verifiedEmailOf } from './claims.ts';
import type { ConfiguredAccounts } from './configured.ts';
import type { Accounts, SignInTime } from './contract.ts';
import { createFindNamed } from './named-account.ts';
import type { Requirements } from './requirements.ts';
import type { AccountStore } from './store.ts';
import type { ToAccount } from './superseded.ts';
import { foldUsername } from './username.ts';

interface Dependencies {
  readonly store: Store;
  readonly stored: AccountStore;
  readonly configured: ConfiguredAccounts;
  readonly toAccount: ToAccount;
  readonly clock: Clock;
  readonly requirementsOf: Requirements['requirementsOf'];
}

export interface AccountLookup
  extends Pick<
    Accounts,
    'find' | 'findByUsername' | 'findByEmail' | 'findByNameOrAddress' | 'findNamed' | 'forEngine' | 'close'
  > {
  /** Forgets the account on this process only. */
  forget(id: string): void;
  /** Forgets the account on every process. */
  invalidate(id: string): Promise<void>;
}

/** The time of a token has no milliseconds, so a sign-in in the same second counts as later. */
const precedes = ({ signedInAt, milliseconds = 999 }: SignInTime, at = 0): boolean =>
  signedInAt * 1000 + milliseconds < at;

/** A session that began after its sign-in had ended, when the browser followed a redirect that it had kept back. */
const wasPending = (signIn: SignInTime, endedAt = 0): boolean =>
  precedes(signIn, endedAt) && signIn.beganAt !== undefined && signIn.beganAt >= endedAt;

/**
 * Whether a sign-in still counts: after a new password, after the first second factor, and after everything was ended,
 * the person signs in again.
 */
export const isSignInCurrent = (
  { passwordChangedAt, factorAddedAt, signedOutAt, pendingSignInsEndedAt }: Account,
  signIn: SignInTime,
): boolean =>
  !precedes(signIn, signedOutAt) &&
  !wasPending(signIn, pendingSignInsEndedAt) &&
  !(signIn.endsWithSignIn && (precedes(signIn, passwordChangedAt) || precedes(signIn, factorAddedAt)));

/** How long a disabled account may still be used on a process that missed the message about it. */
const maxAgeMs = 5_000;
const maxCachedAccounts = 10_000;

/** Finds one account: in the configuration, in the cache or in the store. */
export const createAccountLookup = ({
  store,
  stored,
  configured,
  toAccount,
  clock,
  requirementsOf,
}: Dependencies): AccountLookup => {
  const cache = createReadThroughCache<Account>({
    load: async (id) => {
      const held = await stored.byId(id);
      return held === undefined ? undefined : toAccount(held.record);
    },
    clock,
    maxEntries: maxCachedAccounts,
    maxAgeMs,
  });
  const unsubscribe = store.subscribe('accounts', (id) =>
    id === undefined ? cache.clear() : cache.invalidate(id),
  );

  const lookUp = (id: string) => configured.byId.get(id) ?? cache.get(id);
  const find = async (id: string): Promise<Account | undefined> => lookUp(id);

  /** Accounts of the configuration come first. */
  const allByUsername = async (username: string): Promise<readonly Account[]> => {
    const held = await stored.byName(username);
    return [configured.byName(username), held && toAccount(held.record)].flatMap((account) => account ?? []);
  };

  const allByEmail = async (address: string): Promise<readonly Account[]> => {
    const held = await stored.byEmail(address);
    const folded = foldUsername(address);
    return [
      ...configured.all().filter(({ claims }) => verifiedEmailOf(claims) === folded),
      ...held.map(toAccount),
    ];
  };

  /** An address that several accounts have verified names none of them. */
  const onlyOf = (all: readonly Account[]): Account | undefined => {
    const usable = all.filter(({ isSuperseded }) => !isSuperseded);
    return usable.length === 1 ? usable[0] : undefined;
  };

  return {
    find,
    findNamed: createFindNamed({ find, allByUsername, allByEmail }),
    async findByUsername(username) {
      const account = configured.byName(username);
      if (account !== undefined) return account;
      const held = await stored.byName(username);
      return held === undefined ? undefined : toAccount(held.record);
    },
    findByEmail: async (address) => onlyOf(await allByEmail(address)),
    async findByNameOrAddress(login) {
      const [byEmail, [byUsername]] = await Promise.all([allByEmail(login), allByUsername(login)]);
      return onlyOf(byEmail) ?? byUsername;
    },
    async forEngine(id, signIn) {
      const found = lookUp(id);
      const account = found instanceof Promise ? await found : found;
      if (account === undefined || !account.enabled) return undefined;
      if (signIn && !isSignInCurrent(account, signIn)) return undefined;
      return {
        accountId: account.id,
        groups: account.groups,
        required: () => requirementsOf(account),
        isSignInCurrent: (time) => isSignInCurrent(account, time),
        claims: () => ({ groups: account.groups, ...account.claims, sub: account.id }),
      };
    },
    forget: (id) => cache.invalidate(id),
    async invalidate(id) {
      cache.invalidate(id);
      // A process that misses the message reads the account again after `maxAgeMs`.
      await store.publish('accounts', id).catch(() => {});
    },
    close: unsubscribe,
  };
};
