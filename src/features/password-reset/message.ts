import type { SecurityEvent } from '../../events.ts';
import type { Account } from '../../services/accounts/index.ts';
import {
  languageOf,
  type MailContextIn,
  type Message,
  verifiedAddressOf,
} from '../../services/mail/index.ts';
import type { OneTimeLink } from '../../services/one-time-links/index.ts';
import { takeMessage } from '../../services/throttle/index.ts';
import { passwordResetMail } from '../../views/mail/password-reset.ts';
import type { PasswordResetDependencies } from './dependencies.ts';
import { resetPath } from './paths.ts';

/** The kind of the message, and the purpose of its link. */
export const resetMail = 'password-reset';

/** What the outbox keeps of a request. Accounts are looked up when the message is written. */
export interface ResetRequest {
  /** The link is derived from it. */
  readonly id: string;
  /** The account, if it is known already. Its requests are not limited. */
  readonly account?: string;
  /** What the person typed: a user name or an address. */
  readonly login: string;
  /** Milliseconds since the epoch. */
  readonly at: string;
  /** `Asked.repeatedUntil`. */
  readonly repeatedUntil?: string;
  /** Of the page, for accounts without a language. */
  readonly language?: string;
  readonly address?: string;
  readonly agent?: string;
  readonly correlation?: string;
  /** `known`: a browser that the account signed in with. What strangers ask for doesn't count for it. */
  readonly device?: string;
}

const lifetimeMinutes = 60;

/** When a link was asked for, in milliseconds since the epoch. */
export interface Asked {
  readonly at: number;
  /** The form that asked for it ends everything, and may arrive again until then. */
  readonly repeatedUntil?: number;
}

/**
 * Whether the link was asked for before the last new password, or before everything that is signed in was ended. The end of
 * other sessions only doesn't count: a thief in one of them could keep the owner from a new password by it.
 */
export const isOutdated = (
  { passwordChangedAt = 0, signedOutAt = 0 }: Account,
  { at, repeatedUntil = at }: Asked,
): boolean => passwordChangedAt >= at || signedOutAt > repeatedUntil;

/** Links of an earlier release don't say when they were asked for. */
export const askedAtOf = ({ createdAt, data = {} }: Pick<OneTimeLink, 'createdAt' | 'data'>): Asked => ({
  at: Number(data['at'] ?? createdAt),
  ...(data['repeatedUntil'] !== undefined && { repeatedUntil: Number(data['repeatedUntil']) }),
});

type Refusal = { readonly reason: string; readonly account?: string };

export const createComposeReset = ({
  config,
  events,
  accounts,
  links,
  throttle,
}: PasswordResetDependencies) => {
  const emit = (
    { address, correlation }: Partial<ResetRequest>,
    result: Pick<SecurityEvent, 'outcome' | 'reason' | 'account'>,
  ): void =>
    events.emit({
      type: 'password_reset.requested',
      ...(address !== undefined && { address }),
      ...(correlation !== undefined && { correlation }),
      ...result,
    });

  const refusalFor = (account: Account | undefined, asked: Asked): Refusal | undefined => {
    if (!account) return { reason: 'unknown_account' };
    const { id, enabled, from } = account;
    if (!enabled) return { reason: 'account_disabled', account: id };
    if (from === 'configuration') return { reason: 'account_configured', account: id };
    if (verifiedAddressOf(account) === undefined) return { reason: 'email_unverified', account: id };
    return isOutdated(account, asked) ? { reason: 'outdated', account: id } : undefined;
  };

  const find = ({ account, login = '' }: Partial<ResetRequest>): Promise<Account | undefined> =>
    account === undefined ? accounts.findByNameOrAddress(login) : accounts.find(account);

  return async (about: Partial<ResetRequest>, contextIn: MailContextIn): Promise<Message | undefined> => {
    const { id = '', language = '', at = '0', repeatedUntil, address, agent } = about;
    const account = await find(about);
    const data = { at, ...(repeatedUntil !== undefined && { repeatedUntil }) };
    const refusal = refusalFor(account, askedAtOf({ createdAt: 0, data }));
    const to = account && verifiedAddressOf(account);
    if (refusal || !account || to === undefined) {
      emit(about, { outcome: 'refused', ...refusal });
      return undefined;
    }
    const link = { purpose: resetMail, account: account.id, email: to, data };
    const stored = await links.ensure(id, link, {
      lifetimeSeconds: lifetimeMinutes * 60,
      isAllowed: () =>
        takeMessage(throttle, {
          what: 'reset account',
          name: account.id,
          address: address ?? '',
          isKnownDevice: about.device === 'known',
          perHour: about.account === undefined ? config.security.throttle.mail_per_recipient : 0,
        }),
    });
    if (!stored) {
      emit(about, { outcome: 'refused', reason: 'throttled', account: account.id });
      return undefined;
    }
    if (stored.isNew) emit(about, { outcome: 'ok', account: account.id });
    const context = contextIn(languageOf(account) ?? language);
    const mail = passwordResetMail(context, {
      request: { account: account.username, at: new Date(Number(at)), address, userAgent: agent },
      href: `${config.issuer}${resetPath}/${stored.token}`,
      minutes: lifetimeMinutes,
    });
    return { to, ...mail };
  };
};
