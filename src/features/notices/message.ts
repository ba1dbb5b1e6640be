import { addressReturnsForMs } from '../../services/accounts/index.ts';
import {
  languageOf,
  type MailContextIn,
  type Message,
  verifiedAddressOf,
} from '../../services/mail/index.ts';
import type { LastMessage, Notice, NoticeKind } from '../../services/notices/index.ts';
import { accountDeletedByOperatorMail, accountDeletedMail } from '../../views/mail/account-deleted.ts';
import { addressTakenMail } from '../../views/mail/address-taken.ts';
import {
  addressChangedNotice,
  factorAddedNotice,
  factorRemovedNotice,
  newDeviceNotice,
  passkeyAddedNotice,
  passkeyRemovedNotice,
  passwordChangedNotice,
  recoveryCodesMadeNotice,
  recoveryCodeUsedNotice,
  recoveryLinkNotice,
  upstreamLinkedNotice,
  upstreamUnlinkedNotice,
} from '../../views/mail/notices.ts';
import type { NoticesDependencies } from './dependencies.ts';
import { notMePath, notMePurpose } from './paths.ts';

const templates = {
  'password-changed': passwordChangedNotice,
  'new-device': newDeviceNotice,
  'address-changed': addressChangedNotice,
  'upstream-linked': upstreamLinkedNotice,
  'upstream-unlinked': upstreamUnlinkedNotice,
  'passkey-added': passkeyAddedNotice,
  'passkey-removed': passkeyRemovedNotice,
  'factor-added': factorAddedNotice,
  'factor-removed': factorRemovedNotice,
  'recovery-code-used': recoveryCodeUsedNotice,
  'recovery-codes-made': recoveryCodesMadeNotice,
  'recovery-link': recoveryLinkNotice,
} satisfies Record<NoticeKind, unknown>;
const lifetimeSeconds = addressReturnsForMs / 1000;
const hour = 3_600_000;

/** Each notice to a former address goes to another one, so no inbox is filled. */
const isUnlimited = (kind: NoticeKind): boolean => kind === 'address-changed';

export const createComposeNotice =
  ({
    config,
    accounts,
    links,
    throttle,
  }: Pick<NoticesDependencies, 'config' | 'accounts' | 'links' | 'throttle'>) =>
  (kind: NoticeKind) =>
  async (about: Partial<Notice>, contextIn: MailContextIn): Promise<Message | undefined> => {
    const { id = '', account: accountId = '', at = '', language = '', address, agent } = about;
    const { to: former, changedAt } = about;
    const account = await accounts.find(accountId);
    const to = former ?? (account && verifiedAddressOf(account));
    if (!account || to === undefined) return undefined;
    const render = (href?: string): Message => ({
      to,
      ...templates[kind](contextIn(languageOf(account) ?? language), {
        request: { account: account.username, at: new Date(Number(at)), address, userAgent: agent },
        href,
      }),
    });
    // A former address that can't come back gets no link.
    if (former !== undefined && changedAt === undefined) return render();
    const data = { at, ...(changedAt !== undefined && { changedAt }) };
    const link = { purpose: notMePurpose, account: account.id, email: to, data };
    const limit = isUnlimited(kind) ? 0 : config.security.throttle.mail_per_recipient;
    const stored = await links.ensure(id, link, {
      lifetimeSeconds,
      // A person who knows the password could fill the inbox.
      isAllowed: async () => (await throttle.take(kind, account.id, limit, hour)).allowed,
    });
    return stored && render(`${config.issuer}${notMePath}/${stored.token}`);
  };

type Template = typeof addressTakenMail;

/** Messages to an address that no account has any more have no limit: there is one for each address. */
const composeLast =
  (templateFor: (about: Partial<LastMessage>) => Template) =>
  async (about: Partial<LastMessage>, contextIn: MailContextIn): Promise<Message | undefined> => {
    const { to, username = '', at = '', language = '', address, agent } = about;
    if (to === undefined) return undefined;
    const request = { account: username, at: new Date(Number(at)), address, userAgent: agent };
    return { to, ...templateFor(about)(contextIn(language), { request }) };
  };

export const composeDeleted = composeLast(({ address }) =>
  address === undefined ? accountDeletedByOperatorMail : accountDeletedMail,
);
export const composeAddressTaken = composeLast(() => addressTakenMail);
