/** What `postern init` asks, and how an answer is checked: by the formats of the configuration itself. */
import { expectedFormat } from '#config';

export interface Answers {
  readonly issuer: string;
  /** The URL of the store, or the file that holds it. */
  readonly store: { readonly url: string } | { readonly file: string };
  readonly proxies: readonly string[];
  readonly mail: MailAnswers | undefined;
}

export interface MailAnswers {
  readonly url: string;
  readonly from: string;
  /** A password to be written to a file, or the file that holds it. */
  readonly password: { readonly text: string } | { readonly file: string } | undefined;
}

export const none = 'none';

export const defaults = { store: 'sqlite:./data/postern.db', proxies: ['127.0.0.1'] } as const;

/** What is wrong with an answer, as a sentence without its end; undefined when nothing is. */
export type Check = (answer: string) => string | undefined;

const format =
  (name: string): Check =>
  (answer) => {
    const expected = expectedFormat(name, answer);
    return expected === undefined ? undefined : `Expected ${expected}`;
  };

export const isLoopback = (issuer: string): boolean =>
  /^http:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/.test(issuer);

export const checkIssuer: Check = (answer) => {
  const wrong = format('origin')(answer);
  if (wrong !== undefined) return wrong;
  if (answer.startsWith('https://') || isLoopback(answer)) return undefined;
  return 'Expected an https URL, as https://id.example.com, or http://localhost:3000 for development';
};

export const checkStore: Check = (answer) =>
  answer === 'memory:' ? 'A store in memory is lost at each stop' : format('store-url')(answer);

export const checkMailServer: Check = format('mail-server');
export const checkSender: Check = format('mailbox');

export const proxiesOf = (answer: string): readonly string[] =>
  answer === none ? [] : answer.split(/[\s,]+/).filter(Boolean);

export const checkProxies: Check = (answer) => {
  const wrong = proxiesOf(answer).map(format('network')).find(Boolean);
  return wrong && `${wrong}, or ${none}`;
};

export const mailUser = (url: string): string => new URL(url).username;
