import type { SecurityEvent } from '../../events.ts';
import type { Write } from '../../store/port.ts';
import type { Account } from '../accounts/index.ts';
import type { Notice } from '../notices/index.ts';

/** An authenticator app as it is shown: without its secret. */
interface AuthenticatorSummary {
  readonly id: string;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly lastUsedAt?: number;
}

export interface AccountFactors {
  readonly authenticators: readonly AuthenticatorSummary[];
  /** Absent when the account never had recovery codes. */
  readonly recovery?: { readonly createdAt: number; readonly left: number };
  /** Browsers that were remembered before are asked again. */
  readonly forgottenAt?: number;
}

/** An authenticator app that the person is about to add. Nothing is stored before its first code was typed. */
export interface NewAuthenticator {
  /** The secret, encrypted, for a hidden field of the form. */
  readonly pending: string;
  /** The secret in groups of four letters, for apps on a device without a camera. */
  readonly secret: string;
  readonly uri: string;
}

/** Describes who changes a factor, in the audit record and the message to the owner. */
export interface By extends Pick<SecurityEvent, 'address' | 'correlation' | 'client'> {
  /** It tells the owner of the account whether the request was theirs. */
  readonly request?: Pick<Notice, 'language' | 'address' | 'agent'>;
}

export type CodeVerdict = 'right' | 'wrong' | 'reused';
export type EnrolVerdict =
  | { readonly outcome: 'wrong' | 'repeated' | 'expired' | 'tooMany' }
  /** The codes are shown this once. Absent when the account has codes already. */
  | { readonly outcome: 'added'; readonly recoveryCodes?: readonly string[] };

interface Enrolment {
  /** Where the form was shown: an interaction or a session. A form of one place is void in another. */
  readonly place: string;
  readonly pending: string;
  readonly code: string;
  readonly by?: By;
  /** Removes all other apps and recovery codes, as for a device that was lost. */
  readonly replace?: boolean;
  readonly also?: readonly Write[];
}

export interface Factors {
  /** What a new app may be added for; empty when the operator offers none. */
  readonly isOffered: boolean;
  /** Makes no round trip for an account of the store that has no second factor. */
  of(account: Account): Promise<AccountFactors>;
  /** Browsers of an account without an app may be remembered too, after a passkey. It asks the store. */
  forgottenAt(account: Account): Promise<number | undefined>;
  begin(account: Account, place: string): NewAuthenticator;
  /** The same app again, for a form that is shown again. Undefined when the form is too old or from another place. */
  resume(account: Account, place: string, pending: string): NewAuthenticator | undefined;
  /** What is wrong with the form of a new app, if anything is. Nothing is stored. */
  problemOfNew(
    account: Account,
    enrolment: Pick<Enrolment, 'place' | 'pending' | 'code'>,
  ): 'wrong' | 'expired' | undefined;
  enrol(account: Account, enrolment: Enrolment): Promise<EnrolVerdict>;
  /** Uses up the time step of a code. */
  useCode(account: Account, typed: string): Promise<CodeVerdict>;
  /** Uses up a recovery code. */
  useRecoveryCode(account: Account, typed: string, by?: By): Promise<'right' | 'wrong'>;
  /** Ten new codes instead of the former ones. Undefined for an account without an authenticator app. */
  renewRecoveryCodes(account: Account, by?: By): Promise<readonly string[] | undefined>;
  /** Removes the recovery codes too if it was the last app. False when no app has this id. */
  removeAuthenticator(account: Account, id: string, by?: By): Promise<boolean>;
  /**
   * Removes the apps that were added since this moment, and recovery codes that were made since. Returns how many apps.
   * Of an account that has had an app since before, the apps stay if no older one is left.
   */
  removeSince(account: Account, since: number, by?: By): Promise<number>;
  /** Removes all apps and recovery codes. Returns how many apps there were. */
  removeAll(account: Account, by?: By): Promise<number>;
  removeRecoveryCodes(account: Account, by?: By): Promise<boolean>;
  /** When a sign-in asked for a second factor for the first time: now, unless it was asked before. */
  noteAsked(account: Account): Promise<number>;
}
