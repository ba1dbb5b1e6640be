import { describeBrowser } from '../browser-name.ts';
import type { Messages } from '../languages/messages.ts';
import { utcDateTime } from '../time.ts';
import { type Block, shownName } from './message.ts';

/** What a person needs to recognise a request as their own. */
export interface MailRequest {
  readonly account: string;
  readonly at: Date;
  readonly address?: string | undefined;
  /** The `User-Agent` header. */
  readonly userAgent?: string | undefined;
}

export const requestFacts = (messages: Messages, request: MailRequest): Block => {
  const { facts } = messages.mail;
  const { account, at, address, userAgent } = request;
  return {
    kind: 'facts',
    facts: [
      [facts.account, shownName(account)],
      [facts.time, utcDateTime(messages.tag, at)],
      ...(address === undefined ? [] : [[facts.address, address] as const]),
      ...(userAgent === undefined ? [] : [[facts.browser, describeBrowser(messages, userAgent)] as const]),
    ],
  };
};
