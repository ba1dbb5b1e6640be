import type { Account } from '../../services/accounts/index.ts';
import { languageOf, type MailContextIn, type Message } from '../../services/mail/index.ts';
import { confirmAddressMail } from '../../views/mail/email-address.ts';
import type { EmailAddressDependencies } from './dependencies.ts';
import { emailPath } from './paths.ts';

/** The kind of the message to the new address, and the purpose of its link. */
export const confirmMail = 'confirm-address';

export interface AddressMessage {
  /** The link is derived from it. */
  readonly id: string;
  readonly account: string;
  readonly to: string;
  /** Of the page, for accounts without a language. */
  readonly language: string;
  /** Milliseconds since the epoch. */
  readonly at: string;
}

/**
 * Another person may have asked for the change, with the former password or in a session that was ended since. A message
 * that waits for others is written later than it was asked for, so the link may be younger than the request.
 */
export const isOutdated = (
  { passwordChangedAt = 0, signedOutAt = 0, pendingSignInsEndedAt = 0 }: Account,
  askedAt: number,
): boolean => Math.max(passwordChangedAt, signedOutAt, pendingSignInsEndedAt) >= askedAt;

type Compose = (about: Partial<AddressMessage>, contextIn: MailContextIn) => Promise<Message | undefined>;

const lifetimeHours = 24;

export const createComposeConfirm = ({ config, accounts, links }: EmailAddressDependencies): Compose => {
  return async (about, contextIn) => {
    const { id = '', account: accountId = '', to = '', language = '', at } = about;
    const account = await accounts.find(accountId);
    if (!account?.enabled || isOutdated(account, Number(at))) return undefined;
    const owner = await accounts.findByEmail(to);
    if (owner && owner.id !== account.id) return undefined;
    const link = { purpose: confirmMail, account: account.id, email: to };
    const stored = await links.ensure(id, link, {
      lifetimeSeconds: lifetimeHours * 3600,
      // It was counted when the person asked for it.
      isAllowed: async () => true,
    });
    if (!stored) return undefined;
    const mail = confirmAddressMail(contextIn(languageOf(account) ?? language), {
      href: `${config.issuer}${emailPath}/${stored.token}`,
      hours: lifetimeHours,
    });
    return { to, ...mail };
  };
};
