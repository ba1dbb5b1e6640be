import type { SecurityEvent } from '../../events.ts';
import {
  languageOf,
  type MailContextIn,
  type Message,
  verifiedAddressOf,
} from '../../services/mail/index.ts';
import { codeMinutes, codesPerHour } from '../../services/one-time-codes/index.ts';
import { takeMessage } from '../../services/throttle/index.ts';
import { signInCodeMail } from '../../views/mail/sign-in-code.ts';
import { insertSentCode, wasCodeSent } from './code-records.ts';
import type { CodeSignInDependencies } from './dependencies.ts';

/** The kind of the message, and the purpose of its code. */
export const signInCodeKind = 'sign-in-code';

/** What the outbox keeps of the message. Accounts are looked up when it is written. */
export interface CodeMessage {
  /** The code is derived from it. */
  readonly id: string;
  readonly login: string;
  /** The account, where the person is signed in to it. Otherwise `login` names it. */
  readonly account?: string;
  /** Of the page, for accounts without a language. */
  readonly language: string;
  /** Milliseconds since the epoch. */
  readonly at: string;
  readonly address: string;
  readonly agent: string;
  readonly correlation: string;
  /** `known`: a browser that the account signed in with. What strangers ask for doesn't count for it. */
  readonly device?: string;
}

export const createComposeCode = ({
  config,
  store,
  clock,
  events,
  accounts,
  codes,
  throttle,
}: CodeSignInDependencies) => {
  const perHour = codesPerHour(config.security.throttle.mail_per_recipient);

  const emit = (
    { address, correlation }: Partial<CodeMessage>,
    result: Pick<SecurityEvent, 'outcome' | 'reason' | 'account'>,
  ): void =>
    events.emit({
      type: 'sign-in.code_requested',
      ...(address !== undefined && { address }),
      ...(correlation !== undefined && { correlation }),
      ...result,
    });

  return async (about: Partial<CodeMessage>, contextIn: MailContextIn): Promise<Message | undefined> => {
    const { id = '', login = '', account: named, language = '', at, address, agent, device } = about;
    const account = await (named === undefined ? accounts.findByNameOrAddress(login) : accounts.find(named));
    const to = account && verifiedAddressOf(account);
    if (!account?.enabled || to === undefined) {
      const reason = account
        ? account.enabled
          ? 'email_unverified'
          : 'account_disabled'
        : 'unknown_account';
      emit(about, { outcome: 'refused', reason, ...(account && { account: account.id }) });
      return undefined;
    }
    if (!(await wasCodeSent(store, id))) {
      const isAllowed = await takeMessage(throttle, {
        what: 'sign-in code account',
        name: account.id,
        address: address ?? '',
        isKnownDevice: device === 'known',
        perHour,
      });
      if (!isAllowed) {
        emit(about, { outcome: 'refused', reason: 'throttled', account: account.id });
        return undefined;
      }
      await store.commit([insertSentCode(id, { account: account.id, email: to }, clock.now())]);
      emit(about, { outcome: 'ok', account: account.id });
    }
    const mail = signInCodeMail(contextIn(languageOf(account) ?? language), {
      request: { account: account.username, at: new Date(Number(at)), address, userAgent: agent },
      code: codes.codeOf(signInCodeKind, id),
      minutes: codeMinutes,
    });
    return { to, ...mail };
  };
};
