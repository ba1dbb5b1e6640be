import type { Draft } from '../../store/draft.ts';
import type { Write } from '../../store/port.ts';
import type { Account, Claims, FactorKind, Json, Requirement } from './account.ts';
import type { NameGiver } from './new-username.ts';

/** The right to change who administers this server. Without it, memberships that give a role stay as they are. */
export interface RoleRight {
  readonly mayChangeRoles?: boolean;
}

/** A change of the second factors of an account, and which kind it then has or has no more. */
interface FactorChange {
  readonly writes: readonly Write[];
  readonly add?: FactorKind;
  readonly remove?: FactorKind;
  /** Something was removed that sign-ins may have been made by. */
  readonly endsPendingSignIns?: boolean | undefined;
  /** The person has used a recovery link: no former address can come back. */
  readonly voidsFormerAddresses?: boolean | undefined;
  /** Throws when the factors must not be changed as the account is. */
  readonly check?: ChangeConditions['check'];
}

interface RequirementChange {
  readonly add?: readonly Requirement[];
  readonly remove?: readonly Requirement[];
}

export interface AddAccount {
  /** For a record that names the account in the same commit. Default: a new random id. */
  readonly id?: string;
  readonly username: string;
  /** Without a `password` and a `passwordHash` the account can't sign in by password. */
  readonly password?: string;
  /** A hash from another system: argon2id, argon2i, bcrypt, scrypt or PBKDF2. */
  readonly passwordHash?: string;
  readonly claims?: Claims;
  readonly groups?: readonly string[];
  readonly upstreamGroups?: UpstreamGroups;
  /** Who chose the user name; default: an operator. A person who signs up may not take a reserved name. */
  readonly nameGivenBy?: NameGiver;
  /** The person chooses another password at the first sign-in. */
  readonly isTemporary?: boolean;
  /** Marks demo data, which production mode refuses. */
  readonly demo?: true;
}

/** An account of another system. */
export interface ImportAccount extends Pick<AddAccount, 'username' | 'passwordHash' | 'claims' | 'groups'> {
  /** Kept as the subject, so that applications recognise the person. */
  readonly sub?: string;
  readonly disabled?: boolean;
  readonly required?: readonly Requirement[];
}

export type ImportResult =
  | { readonly outcome: 'added' | 'unchanged' }
  | { readonly outcome: 'refused'; readonly message: string };

/** Imports a batch, and answers for each account in its order. Names must not repeat over all batches. */
export type Importer = (accounts: readonly ImportAccount[]) => Promise<readonly ImportResult[]>;

export interface ImportOptions extends RoleRight {
  /** Checks everything and writes nothing. */
  readonly dryRun: boolean;
  /** Groups that will exist when the accounts are added. */
  readonly newGroups?: readonly string[];
}

/** What an export has of an account, with the hash of the password. */
export type ExportedAccount = ImportAccount & { readonly sub: string };

export interface ChangeAccount {
  readonly username?: string;
  /** Merged into the existing claims; `null` removes one. */
  readonly claims?: Claims;
  /** A list replaces the groups. A change keeps what others change at the same time. */
  readonly groups?: readonly string[] | GroupChange;
  /** The groups that an upstream names at a sign-in. They replace those that it named before. */
  readonly upstreamGroups?: UpstreamGroups;
  readonly required?: RequirementChange;
  /** Ends the sign-ins that have no session yet (`endPendingSignIns`). */
  readonly endsPendingSignIns?: boolean;
}

/** Conditions on the account at the moment of the change. */
export interface ChangeConditions {
  /** Refused with `version_changed` (412) when the account is not as the caller has seen it. */
  readonly ifVersion?: string | undefined;
  /** Throws when the account must not be changed as it is. */
  readonly check?: ((account: Account) => void) | undefined;
  /** Refused with `last_administrator` (409) when no enabled account would administer this server any more. */
  readonly keepsAdministrator?: boolean | undefined;
}

interface EndPendingSignIns extends Pick<ChangeConditions, 'check'> {
  readonly also?: readonly Write[];
}

interface RemovalOptions extends ChangeConditions {
  /** Committed together with the removal. */
  readonly also?: (account: Account) => readonly Write[];
}

interface ChangeOptions extends ChangeConditions, RoleRight {
  /** Committed together with the change. */
  readonly also?: readonly Write[];
}

/** Who has given a new address. A person has confirmed it by a link; an upstream gives that of the person there. */
export type AddressGivenBy = 'operator' | 'person' | 'upstream';

interface AddOptions extends Omit<ChangeOptions, keyof ChangeConditions> {
  /**
   * Whose turn the hash of the password takes. A person who isn't there yet takes that of what they came by: were it one of
   * each form, the forms of one person could fill the queue, and all others would be refused.
   */
  readonly hashFor?: string;
}

interface UpdateOptions extends ChangeOptions {
  /** Who gives the verified address, where the change has another one. Default: an operator. */
  readonly addressGivenBy?: AddressGivenBy;
  /** Committed together with the change, as a message about it. Called again when another process wins a race. */
  readonly alsoFor?: (before: Account, after: Account) => readonly Write[];
}

interface UpstreamGroups {
  readonly upstream: string;
  readonly groups: readonly string[];
}

export interface GroupChange {
  readonly add?: readonly string[];
  readonly remove?: readonly string[];
}

export interface ImportGroupClaims {
  /** Changes nothing. */
  readonly dryRun: boolean;
  /** The names of groups for names of the claims that no group can have. */
  readonly rename: ReadonlyMap<string, string>;
  /** Names of the claims that are left out. */
  readonly drop: ReadonlySet<string>;
}

export interface ImportedGroupClaims {
  readonly moved: number;
  /** Groups that were made. */
  readonly groups: readonly string[];
  /** Accounts whose claim can't be moved. While there are any, nothing is changed. */
  readonly problems: readonly { readonly account: Account; readonly message: string }[];
}

interface AccountPage {
  readonly items: readonly Account[];
  readonly next?: string;
}

/** What the `findAccount` of oidc-provider returns. */
interface EngineAccount {
  [key: string]: unknown;
  readonly accountId: string;
  readonly groups: readonly string[];
  required(): readonly Requirement[];
  isSignInCurrent(signIn: SignInTime): boolean;
  claims(use: string, scope: string): { sub: string; [name: string]: Json | undefined };
}

/** When the person signed in for something that a browser or a client holds. */
export interface SignInTime {
  /** Seconds since the epoch. */
  readonly signedInAt: number;
  /** The milliseconds after that, where they are known. */
  readonly milliseconds?: number;
  /** When a session began with it, in milliseconds since the epoch, where that is known. */
  readonly beganAt?: number;
  /** Whether it ends with the sign-in. Refresh tokens with `offline_access` don't. */
  readonly endsWithSignIn: boolean;
}

export interface ChangePassword extends ChangeConditions {
  /** Keeps refresh tokens with `offline_access`. Sessions end, because the password that began them is gone. */
  readonly keepTokens?: boolean;
  /** The person chooses another one at the next sign-in. */
  readonly isTemporary?: boolean;
  /** Names the form that sets it, so that the same form can be recognized when it arrives again. */
  readonly form?: string;
  /** The person has used a recovery link: no former address can come back. */
  readonly voidsFormerAddresses?: boolean;
  /** Committed together with the password, as the use of the link that allows the change. */
  readonly also?: readonly Write[];
}

interface RemovePassword extends Pick<ChangeConditions, 'check'> {
  readonly former?: FormerAddress | undefined;
}

/** A verified address that the account had until `changedAt`, in milliseconds since the epoch. */
export interface FormerAddress {
  readonly email: string;
  readonly changedAt: number;
}

interface SignInRefused {
  readonly reason: 'unknown_account' | 'wrong_password' | 'account_disabled';
  /** The account that the attempt was for, if it exists. */
  readonly account?: string;
}

type OnSignInRefused = (refused: SignInRefused) => void;

/** A text that a person typed to sign in by, and what was found for it. */
export interface SignInName {
  /** The text. Attempts of strangers are counted for it, so no wait tells that two texts name one account. */
  readonly name: string;
  /** The account that is tried. Whether there is one must not be revealed. */
  readonly account: Account | undefined;
  /** `Accounts.authenticate` without looking the account up again. */
  authenticate(password: string, onRefused?: OnSignInRefused): Promise<Account | undefined>;
}

/** An account of the store that can't be used, because the account `by` of the configuration has its user name. */
export interface SupersededAccount extends Pick<Account, 'id' | 'username'> {
  readonly by: string;
}

export interface Accounts {
  /** Reads a bounded cache: at most a few seconds old, and invalidated on every process when the account changes. */
  find(id: string): Promise<Account | undefined>;
  /** Finds an account by its user name, and by its verified address where it is a name to sign in by. */
  findByUsername(username: string): Promise<Account | undefined>;
  /**
   * The account that an operator names: by `id:` and its sub, or by its sub, its user name or its verified address. Throws
   * `AmbiguousAccount` when the text fits several accounts.
   */
  findNamed(text: string): Promise<Account | undefined>;
  /**
   * The account that a person means on a page that takes addresses too. The address comes first, because another person may
   * have it as a user name. Costs the same for names without an account.
   */
  findByNameOrAddress(login: string): Promise<Account | undefined>;
  /** Costs the same for names without an account. */
  findForSignIn(login: string): Promise<SignInName>;
  superseded(): Promise<readonly SupersededAccount[]>;
  /**
   * Reserves the verified addresses of accounts that are older than sign-in by address, and claims `preferred_username` of
   * accounts of a former release.
   */
  reserveNames(): Promise<void>;
  /** The account that has verified this address. Undefined when no account has, or several have. */
  findByEmail(address: string): Promise<Account | undefined>;
  /**
   * Undefined for an unknown account, a wrong password and a disabled account alike, in the same time. `onRefused` gets
   * the reason for the audit record; callers must not reveal it. Throws `overloaded` (503).
   */
  authenticate(username: string, password: string, onRefused?: OnSignInRefused): Promise<Account | undefined>;
  /** Undefined when the account is unknown or disabled, or when `signIn` doesn't count any more. */
  forEngine(id: string, signIn?: SignInTime): Promise<EngineAccount | undefined>;
  /** What is asked of the person at the next sign-in: a second factor only where one can be set up. */
  requirementsOf(account: Pick<Account, 'required'>): readonly Requirement[];
  list(options?: { readonly limit?: number; readonly cursor?: string }): Promise<AccountPage>;
  /**
   * The accounts whose user name, e-mail address or name begins with the prefix, those of the configuration first. A page
   * costs the same among any number of accounts; it may have fewer items than `limit`, also none, while there are more.
   */
  search(
    prefix: string,
    options?: { readonly limit?: number; readonly cursor?: string },
  ): Promise<AccountPage>;
  /** Makes accounts searchable that an earlier release has stored, until it is stopped. */
  indexForSearch(isStopped: () => boolean): Promise<void>;
  /** Throws the Failure of a rule that the new account breaks, whichever accounts exist. `add` checks this too. */
  check(account: AddAccount): void;
  /** Checks the same, and throws when another account has a name of it, or one is kept for another account. */
  checkNames(account: Pick<AddAccount, 'claims'> & { readonly username?: string | undefined }): Promise<void>;
  /** `also` is committed together with the account, as the use of the link that invited the person. */
  add(account: AddAccount, options?: AddOptions): Promise<Account>;
  draft(account: AddAccount): Promise<Draft>;
  /** Refused with `factor_not_needed` (409) when a second factor becomes required that can't be set up. */
  update(id: string, change: ChangeAccount, options?: UpdateOptions): Promise<Account>;
  /** Joining a group that doesn't exist is refused; a group may be left that doesn't exist any more. */
  changeGroups(id: string, change: GroupChange, options?: ChangeConditions & RoleRight): Promise<Account>;
  /** Whether the group gives a role in the administration of this server. */
  isRoleGroup(name: string): boolean;
  /** Throws `last_administrator` when no enabled account would administer this server without this group. */
  requireAdministratorWithout(group: string): Promise<void>;
  /** The members of a group, those of the configuration first. A page costs the same in a group of any size. */
  members(
    group: string,
    options?: { readonly limit?: number; readonly cursor?: string },
  ): Promise<AccountPage>;
  /**
   * Throws when there are groups, or are about to be, and an account still has a claim named `groups`. It is cheap once
   * there was none.
   */
  checkGroupClaims(options?: { readonly aboutToBe: boolean }): Promise<void>;
  /** Moves the claims named `groups` of stored accounts to groups. It can be repeated. */
  importGroupClaims(options: ImportGroupClaims): Promise<ImportedGroupClaims>;
  /** Adds many accounts. Emits no event for each; the caller emits one for all. */
  importer(options: ImportOptions): Importer;
  /** Pages of the accounts in the store, with the hashes of their passwords. */
  exportPage(
    cursor?: string,
  ): Promise<{ readonly items: readonly ExportedAccount[]; readonly next?: string }>;
  enable(id: string, conditions?: ChangeConditions): Promise<Account>;
  /** What was signed in before stays ended when the account is enabled again. */
  disable(id: string, conditions?: ChangeConditions): Promise<Account>;
  /**
   * From now on, nothing that was signed in before counts. An account of the configuration has no record that could
   * say so. `services/sessions` also removes what is ended.
   */
  signOut(id: string): Promise<void>;
  /**
   * Ends the sign-ins that have no session yet, because the browser keeps the last redirect back. Sessions stay. An
   * account of the configuration has no record that could say so. `also` is committed together with it, as the removal
   * of what they were made by.
   */
  endPendingSignIns(id: string, options?: EndPendingSignIns): Promise<void>;
  /** Throws the Failure of a rule that a new password of the account breaks. `setPassword` checks this too. */
  checkNewPassword(account: Pick<Account, 'username' | 'claims'>, password: string): void;
  /** Ends what was signed in before, unless `keepTokens` says otherwise. */
  setPassword(id: string, password: string, options?: ChangePassword): Promise<Account>;
  /**
   * The hash of a password that was checked, for an account that is added later. `hashFor` is that of `add`. Throws
   * `overloaded` (503).
   */
  hashPassword(password: string, hashFor: string): Promise<string>;
  /** Sets a random password and returns it. It is stored only as a hash. */
  resetPassword(id: string, options?: ChangePassword): Promise<string>;
  /**
   * Removes the password, as when another person knows it: a link for a new one, or another way to sign in, leads back.
   * A former address becomes the address of the account again. It can be repeated.
   */
  removePassword(id: string, options?: RemovePassword): Promise<void>;
  /**
   * Commits a change of second factors together with what the account says about them. Throws `Conflict` when the factors
   * have changed meanwhile.
   */
  changeFactors(id: string, change: FactorChange): Promise<void>;
  /** Removes the second factors too. */
  remove(id: string, options?: RemovalOptions): Promise<void>;
  /**
   * Frees a name that is kept for an account which was deleted or renamed. Throws `name_not_kept` (404) for every other
   * name.
   */
  releaseName(name: string): Promise<void>;
  /** How many password hashes are running and waiting, for metrics. */
  hashing(): { readonly running: number; readonly waiting: number };
  close(): void;
}
