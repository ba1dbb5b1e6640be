/**
 * Owns the requests for messages that tell people what happened to their account. What such a message says, and the page
 * "This wasn't me" that it leads to, belong to features/notices.
 *
 * To send a notice: commit a draft together with the change that it is about (`Draft.commitWith`). To add a kind: add its
 * name here, its texts in views/languages/mail, and its line in views/mail/notices.ts.
 */

import type { Draft } from '../../store/draft.ts';
import { newId } from '../../store/new-id.ts';
import type { Clock } from '../../store/port.ts';
import { type Account, foldUsername } from '../accounts/index.ts';
import { languageOf, type Mail, verifiedAddressOf } from '../mail/index.ts';

export const noticeKinds = [
  'password-changed',
  'new-device',
  'address-changed',
  'upstream-linked',
  'upstream-unlinked',
  'passkey-added',
  'passkey-removed',
  'factor-added',
  'factor-removed',
  'recovery-code-used',
  'recovery-codes-made',
  'recovery-link',
] as const;

export type NoticeKind = (typeof noticeKinds)[number];

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
  /** The address that the account had until now. The notice goes there instead of to the present one. */
  readonly to?: string;
  /** When the address was changed, if the former one may come back by the link of the notice. */
  readonly changedAt?: string;
}

/** These tell the owner of the account whether the request was theirs. */
type RequestDescription = Pick<Notice, 'language' | 'address' | 'agent'>;

/** The kind of the message about an account that is gone. It has no link: nothing is left that it could protect. */
export const accountDeletedKind = 'account-deleted';

/**
 * The kind of the message to an address that an operator has taken from an account. It has no link: the operator may have
 * done so because another person reads the mail there, and a link that brings the address back would give them the account.
 */
export const addressTakenKind = 'address-taken';

/** What the outbox keeps of a message to an address that no account has any more. So it names the account itself. */
export interface LastMessage extends RequestDescription, Pick<Notice, 'at'> {
  readonly to: string;
  readonly username: string;
  /** While it exists, the message is dropped by those only who may change it. */
  readonly account?: string;
}

export interface Notices {
  /** Undefined without a mail server. An account without a verified address gets no message. */
  draft(kind: NoticeKind, about: Omit<Notice, 'id' | 'at'>): Draft | undefined;
  /** The message about the deletion of an account. Without a request, an operator deletes it. */
  draftDeleted(account: Account, request?: RequestDescription): Draft | undefined;
  /** The message to the verified address that the account has no more, after a change by an operator. */
  draftAddressTaken(before: Account, after: Account): Draft | undefined;
}

interface Dependencies {
  readonly mail: Pick<Mail, 'draft'>;
  readonly clock: Clock;
}

export const createNotices = ({ mail, clock }: Dependencies): Notices => {
  const draftLast = (
    kind: string,
    account: Account,
    { to, ...request }: RequestDescription & Pick<LastMessage, 'to' | 'account'>,
  ): Draft | undefined => {
    const language = languageOf(account) ?? request.language;
    const about: LastMessage = {
      ...request,
      to,
      username: account.username,
      at: String(clock.now()),
      ...(language !== undefined && { language }),
    };
    return mail.draft(kind, { ...about });
  };

  return {
    draft: (kind, about) => mail.draft(kind, { id: newId(16), at: String(clock.now()), ...about }),
    draftDeleted(account, request = {}) {
      const to = verifiedAddressOf(account);
      return to === undefined ? undefined : draftLast(accountDeletedKind, account, { ...request, to });
    },
    draftAddressTaken(before, after) {
      const to = verifiedAddressOf(before);
      if (to === undefined || foldUsername(to) === foldUsername(verifiedAddressOf(after) ?? ''))
        return undefined;
      return draftLast(addressTakenKind, after, { to, account: after.id });
    },
  };
};

const maxAgentLength = 512;

interface Request {
  readonly ip: string;
  readonly headers: { readonly 'user-agent'?: string | undefined };
}

/** The parts of a notice by which the owner of the account recognises a request as their own. */
export const describeRequest = (
  { ip, headers }: Request,
  language: string,
): Required<Pick<Notice, 'language' | 'address' | 'agent'>> => ({
  language,
  address: ip,
  agent: (headers['user-agent'] ?? '').slice(0, maxAgentLength),
});
