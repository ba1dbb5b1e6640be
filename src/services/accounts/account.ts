import type { Write } from '#src/store/port.ts';

/** A person who can sign in. The hash of the password never leaves the room that checks it. */
export interface Account {
  /** The subject (`sub`): random, never reused, never the user name. */
  readonly id: string;
  readonly username: string;
  readonly enabled: boolean;
  /** Standard OpenID Connect claims and the operator's own; never `sub`. */
  readonly claims: Claims;
  /** The authentication context a sign-in of this person reaches, when the configuration names one. */
  readonly acr?: string;
  /** Accounts from the configuration can't be changed here. */
  readonly from: 'configuration' | 'store';
  /** Milliseconds since the epoch; absent for accounts from the configuration. */
  readonly createdAt?: number;
  /** Milliseconds since the epoch; absent while it is the first one. */
  readonly passwordChangedAt?: number;
  readonly demo?: true;
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type Claims = Readonly<Record<string, Json>>;

export interface AddAccount {
  readonly username: string;
  /** Absent with no `passwordHash` either: an account that can't sign in by password. */
  readonly password?: string;
  /** A hash made elsewhere: argon2id, argon2i, bcrypt or scrypt. */
  readonly passwordHash?: string;
  readonly claims?: Claims;
  /** Marks demo data, which production refuses. */
  readonly demo?: true;
}

/** Not kept yet: `writes` go into one commit with others, and `kept` tells of it afterwards. */
interface AccountDraft {
  readonly writes: readonly Write[];
  afterCommit(): Promise<void>;
}

interface ChangeAccount {
  readonly username?: string;
  /** Merged into the claims there are; `null` removes one. */
  readonly claims?: Claims;
}

interface AccountPage {
  readonly items: readonly Account[];
  readonly next?: string;
}

/** What the engine's `findAccount` wants. */
interface EngineAccount {
  [key: string]: unknown;
  readonly accountId: string;
  claims(use: string, scope: string): { sub: string; [name: string]: Json | undefined };
}

export interface SignInRefused {
  readonly reason: 'unknown_account' | 'wrong_password' | 'account_disabled';
  /** The account that somebody tried to be, if there is one. */
  readonly account?: string;
}

export interface Accounts {
  /** At most a few seconds old: served from a bounded cache which `announce` empties on every process. */
  find(id: string): Promise<Account | undefined>;
  findByUsername(username: string): Promise<Account | undefined>;
  /**
   * Undefined for every cause alike, in the same time: unknown, wrong password, disabled. Which it was is told for the
   * record, and for nobody who asks. Throws `overloaded` (503).
   */
  authenticate(
    username: string,
    password: string,
    onRefused?: (refused: SignInRefused) => void,
  ): Promise<Account | undefined>;
  /** Undefined when the account is unknown or disabled. */
  forEngine(id: string): Promise<EngineAccount | undefined>;
  list(options?: { readonly limit?: number; readonly cursor?: string }): Promise<AccountPage>;
  add(account: AddAccount): Promise<Account>;
  draft(account: AddAccount): Promise<AccountDraft>;
  update(id: string, change: ChangeAccount): Promise<Account>;
  enable(id: string): Promise<Account>;
  disable(id: string): Promise<Account>;
  setPassword(id: string, password: string): Promise<void>;
  /** Sets a random password and returns it: shown once, kept nowhere. */
  resetPassword(id: string): Promise<string>;
  remove(id: string): Promise<void>;
  /** Password hashes under way and waiting, for metrics. */
  hashing(): { readonly running: number; readonly waiting: number };
  close(): void;
}
