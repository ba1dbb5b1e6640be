import { isPlainAddress } from '../../mail-address.ts';

const maxBytes = 254;

/** RFC 5321 §4.5.3.1.3. Quotes, brackets, commas and invisible characters could name a second receiver or end a header. */
const pattern = /^[^\s@<>"',;:()[\]\\\p{C}]+@[^\s@<>"',;:()[\]\\\p{C}]+\.[^\s@.<>"',;:()[\]\\\p{C}]+$/u;

/** Whether mail is sent to this text. Claims of accounts can be any text. */
export const isMailAddress = (text: unknown): text is string =>
  typeof text === 'string' &&
  Buffer.byteLength(text) <= maxBytes &&
  isPlainAddress(text) &&
  pattern.test(text);

/** Both are Gmail, which ignores dots (support.google.com/mail/answer/7436150). In other domains that it serves they count. */
const gmailDomain = /^(?:gmail|googlemail)\.com$/i;

/**
 * The address under which messages to a mailbox are counted. Most mail servers deliver `ada+shop@` and `ada@` to one
 * mailbox.
 */
export const mailboxOf = (address: string): string => {
  const at = address.lastIndexOf('@');
  const [local = ''] = address.slice(0, at).split('+');
  const domain = address.slice(at + 1);
  return gmailDomain.test(domain) ? `${local.replaceAll('.', '')}@gmail.com` : `${local}@${domain}`;
};

interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/** The parts of a sender in the configuration, which was checked when it was loaded. */
export const parseMailbox = (text: string): Mailbox => {
  const { name = '', address = text } = /^(?<name>[^<]*) <(?<address>[^>]*)>$/.exec(text)?.groups ?? {};
  return { name, address };
};
