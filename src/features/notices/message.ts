import { createMailContext, languageOf, type Message, verifiedAddressOf } from '../../services/mail/index.ts';
import { newDeviceNotice, passwordChangedNotice } from '../../views/mail/notices.ts';
import type { NoticesDependencies } from './dependencies.ts';
import { notMePath, notMePurpose } from './paths.ts';

export const passwordChangedMail = 'password-changed';
export const newDeviceMail = 'new-device';

/** What the outbox keeps of a notice. */
export interface Notice {
  /** The link is derived from it. */
  readonly id: string;
  readonly account: string;
  /** Milliseconds since the epoch. */
  readonly at: string;
  /** Of the page, for accounts without a language. */
  readonly language?: string;
  readonly address?: string;
  readonly agent?: string;
}

const notices = { [passwordChangedMail]: passwordChangedNotice, [newDeviceMail]: newDeviceNotice };
const linkSeconds = 7 * 86_400;
const hour = 3_600_000;

export const createComposeNotice = ({
  config,
  accounts,
  links,
  throttle,
}: Pick<NoticesDependencies, 'config' | 'accounts' | 'links' | 'throttle'>) => {
  const contextIn = createMailContext(config);
  return async (
    kind: typeof passwordChangedMail | typeof newDeviceMail,
    about: Partial<Notice>,
  ): Promise<Message | undefined> => {
    const { id = '', account: accountId = '', at, language = '', address, agent } = about;
    const account = await accounts.find(accountId);
    const to = account && verifiedAddressOf(account);
    if (!account || to === undefined) return undefined;
    const link = { purpose: notMePurpose, account: account.id, email: to };
    const { token, isNew } = await links.ensure(id, link, linkSeconds);
    const perRecipient = config.security.throttle.mail_per_recipient;
    // A person who knows the password could fill the inbox.
    if (isNew && !(await throttle.take(kind, account.id, perRecipient, hour)).allowed) return undefined;
    const mail = notices[kind](contextIn(languageOf(account) ?? language), {
      request: { account: account.username, at: new Date(Number(at)), address, userAgent: agent },
      href: `${config.issuer}${notMePath}/${token}`,
    });
    return { to, ...mail };
  };
};
