/** A person who can sign in. The hash of the password never leaves this folder. */
export interface Account {
  /** The subject (`sub`). It is random, never reused and never the user name. */
  readonly id: string;
  readonly username: string;
  readonly enabled: boolean;
  /**
   * An account of the configuration has its user name or its `sub`, so it can't be used until it has another user name:
   * superseded.ts. `enabled` is false then.
   */
  readonly isSuperseded?: true;
  readonly hasPassword: boolean;
  /** Standard OpenID Connect claims and those of the operator; never `sub`. */
  readonly claims: Claims;
  /** Names of groups, sorted. */
  readonly groups: readonly string[];
  /** The groups that an operator has put the account into. Only they give a role in the administration. */
  readonly operatorGroups: readonly string[];
  /** The groups that an upstream has named, by the id of the upstream. Absent for none. */
  readonly upstreamGroups?: Readonly<Record<string, readonly string[]>>;
  /** The authentication context (`acr`) that a sign-in reaches, if the configuration names one for this account. */
  readonly acr?: string;
  /** Accounts from the configuration can only be changed there. */
  readonly from: 'configuration' | 'store';
  /** Milliseconds since the epoch; absent for accounts from the configuration. */
  readonly createdAt?: number;
  /** Another text after every change; absent for accounts from the configuration. */
  readonly version?: string;
  /** Milliseconds since the epoch; absent until the first change. */
  readonly passwordChangedAt?: number;
  /** Another text for another `password_hash` in the configuration; absent for accounts from the store. */
  readonly configuredPassword?: string;
  /** The form that has set the password, where it may arrive twice: `ChangePassword.form`. */
  readonly passwordForm?: string;
  /** Milliseconds since the epoch; absent until the first time. What was signed in before doesn't count any more. */
  readonly signedOutAt?: number;
  /**
   * Sign-ins from before this time that had no session yet don't count. Milliseconds since the epoch; absent until the
   * first time.
   */
  readonly pendingSignInsEndedAt?: number;
  /** Verified addresses that may come back: former-address.ts. */
  readonly formerAddresses?: readonly { readonly email: string; readonly changedAt: number }[];
  /** Absent when nothing is. */
  readonly required?: readonly Requirement[];
  /**
   * Which kinds of second factors an account of the store has; absent when it has none. It is kept with the account, so
   * that the sign-in of an account without factors reads nothing else. Those of other accounts: services/factors.
   */
  readonly factors?: readonly FactorKind[];
  /**
   * When the account got its first second factor, in milliseconds since the epoch. Sign-ins from before it are too
   * weak.
   */
  readonly factorAddedAt?: number;
  readonly demo?: true;
}

/** What a person is asked for at the next sign-in: a new password, a second factor, or a complete profile. */
export type Requirement = 'password' | 'factor' | 'profile';

/** Passkeys are no second factor: with one, no password is asked for. */
export type FactorKind = 'authenticator';

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };
export type Claims = Readonly<Record<string, Json>>;
