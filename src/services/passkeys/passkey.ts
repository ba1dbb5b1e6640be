import type { Write } from '../../store/port.ts';
import type { Account } from '../accounts/index.ts';
import type { CreationOptions, RequestOptions } from './ceremony-options.ts';
import type { ChallengePurpose } from './challenges.ts';

/** A passkey as it is shown. */
export interface Passkey {
  /** Names it on pages and for commands. */
  readonly id: string;
  /** In base64url. */
  readonly credentialId: string;
  /** The name that the person gave it. */
  readonly name?: string;
  /** The password manager or platform that keeps it, if it is a well-known one. Nothing proves it. */
  readonly provider?: string;
  /** An authenticator that names no model and keeps the passkey to itself, as security keys do. */
  readonly isSecurityKey: boolean;
  /** It never leaves the authenticator that it was made with. */
  readonly isDeviceBound: boolean;
  /** A copy exists on other devices of the person, or at their provider. */
  readonly isSynced: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly lastUsedAt?: number;
}

/** Describes who acts, in the audit record and the message to the owner of the account. */
export interface By {
  readonly client?: string;
  readonly address?: string;
  readonly correlation?: string;
  /** What the message says about the request. Absent: no message is sent, as for an operator. */
  readonly notice?: { readonly language: string; readonly address: string; readonly agent: string };
}

/** The answer of a browser: the text of `JSON.stringify(credential)`. */
export interface Ceremony {
  readonly credential: string;
  /** What the options were made for. */
  readonly purpose: ChallengePurpose;
}

/** What passkey providers show and offer, so that they drop passkeys that no longer work (WebAuthn §5.1.10). */
interface AcceptedPasskeys {
  readonly rpId: string;
  readonly userId: string;
  readonly name: string;
  readonly displayName: string;
  readonly allAcceptedCredentialIds: readonly string[];
}

/** What pages and commands do with passkeys that exist. */
export interface PasskeyList {
  /** Newest first. */
  list(account: string): Promise<readonly Passkey[]>;
  /** False when the account has no such passkey. An empty name removes the name. */
  rename(account: Account, id: string, name: string, by?: By): Promise<boolean>;
  /**
   * Without another way to sign in, the last passkey is kept, also from several requests at once. `otherWay` has the
   * conditions under which there is one (services/sign-ins/other-ways.ts). It is undefined where nothing else is left.
   */
  remove(
    account: Account,
    id: string,
    options: { readonly otherWay: readonly Write[] | undefined; readonly by?: By },
  ): Promise<'removed' | 'unknown' | 'last'>;
  /** The condition for a commit that needs the passkeys to stay as they are. Undefined for an account without any. */
  keeping(account: string): Promise<Write | undefined>;
  /**
   * Removes all, as when a device was lost or the account goes, or those that were added at `since` or later, in
   * milliseconds since the epoch. The last way to sign in may be among them. Returns how many there were.
   */
  removeAll(account: Account, options?: { readonly since?: number; readonly by?: By }): Promise<number>;
}

export interface Passkeys extends PasskeyList {
  /** False where people have no passkeys: they are switched off, or browsers wouldn't offer them at this issuer. */
  readonly isEnabled: boolean;
  readonly rpId: string;
  /** The account has a passkey, and passkeys are enabled. */
  isUsableBy(account: string): Promise<boolean>;
  /**
   * Options for `navigator.credentials.get()`. Without an account, the person chooses a passkey, which names the account;
   * with one, only its passkeys fit.
   */
  requestOptions(purpose: ChallengePurpose, account?: string): Promise<RequestOptions>;
  /** Options for `navigator.credentials.create()`. */
  creationOptions(purpose: ChallengePurpose, account: Account): Promise<CreationOptions>;
  /**
   * The account whose passkey signed the challenge, with user verification. Notes the use of the passkey. Throws
   * `PasskeyRefused`; an unknown passkey costs as much as a known one.
   */
  authenticate(ceremony: Ceremony, expected?: { readonly account: string }): Promise<Authenticated>;
  /**
   * Adds a passkey to the account. Throws `PasskeyRefused`, and `sign_in_ended` when what was signed in has ended since
   * the account was read. The caller has made sure that its owner is here.
   */
  register(account: Account, ceremony: Ceremony, by?: By): Promise<Passkey>;
  accepted(account: Account): Promise<AcceptedPasskeys>;
  /** The account has no passkey, and its owner hasn't declined to create one for some time. */
  isOfferDue(account: string): Promise<boolean>;
  noteDeclined(account: string): Promise<void>;
}

interface Authenticated {
  readonly account: Account;
  readonly passkey: Passkey;
}
