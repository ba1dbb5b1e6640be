import type { SecurityEvent } from '../../events.ts';
import type { Account } from '../../services/accounts/index.ts';
import {
  languageOf,
  type MailContextIn,
  type Message,
  verifiedAddressOf,
} from '../../services/mail/index.ts';
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
  /** Of the page, for accounts without a language. */
  readonly language?: string;
  readonly address?: string;
  readonly agent?: string;
  readonly correlation?: string;
  /** `known`: a browser that the account signed in with. What strangers ask for doesn't count for it. */
  readonly device?: string;
}

const lifetimeMinutes = 60;
const hour = 3_600_000;

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

  const refusalFor = (account: Account | undefined): Refusal | undefined => {
    if (!account) return { reason: 'unknown_account' };
    const { id, enabled, from } = account;
    if (!enabled) return { reason: 'account_disabled', account: id };
    if (from === 'configuration') return { reason: 'account_configured', account: id };
    return verifiedAddressOf(account) === undefined ? { reason: 'email_unverified', account: id } : undefined;
  };

  /** The address comes first: another person may have chosen it as a user name. */
  const find = async ({ account, login = '' }: Partial<ResetRequest>): Promise<Account | undefined> =>
    account === undefined
      ? ((await accounts.findByEmail(login)) ?? (await accounts.findByUsername(login)))
      : accounts.find(account);

  return async (about: Partial<ResetRequest>, contextIn: MailContextIn): Promise<Message | undefined> => {
    const { id = '', language = '', at, address, agent } = about;
    const account = await find(about);
    const refusal = refusalFor(account);
    const to = account && verifiedAddressOf(account);
    if (refusal || !account || to === undefined) {
      emit(about, { outcome: 'refused', ...refusal });
      return undefined;
    }
    const link = { purpose: resetMail, account: account.id, email: to };
    const { token, isNew } = await links.ensure(id, link, lifetimeMinutes * 60);
    if (isNew) {
      // A person has several names to ask by: the user name and addresses, in any spelling.
      const perRecipient = about.account === undefined ? config.security.throttle.mail_per_recipient : 0;
      const verdict = await throttle.take(
        about.device === 'known' ? 'reset account known device' : 'reset account',
        account.id,
        perRecipient,
        hour,
      );
      if (!verdict.allowed) {
        emit(about, { outcome: 'refused', reason: 'throttled', account: account.id });
        return undefined;
      }
      emit(about, { outcome: 'ok', account: account.id });
    }
    const context = contextIn(languageOf(account) ?? language);
    const mail = passwordResetMail(context, {
      request: { account: account.username, at: new Date(Number(at)), address, userAgent: agent },
      href: `${config.issuer}${resetPath}/${token}`,
      minutes: lifetimeMinutes,
    });
    return { to, ...mail };
  };
};
