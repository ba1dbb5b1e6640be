/**
 * Owns mail to people: the connection to the mail server of the operator, and when it is used. What a message says
 * belongs to the feature that sends it, and its look to views/mail.
 *
 * 1. `send` stores the request for a message in the commit of the work that causes it, in a queue of the outbox. It
 *    never waits for a mail server, so the time of an answer doesn't tell whether a message is sent.
 * 2. In the background `compose` of the kind writes the message, and the mail server gets it. The store holds neither
 *    the text nor a link: links are derived again for each attempt (services/one-time-links).
 * 3. After a failure the outbox tries again, for about 45 minutes. Failures are events with a stable reason.
 *
 * In development without a mail server, messages are kept in memory and shown at /dev/mail.
 */
export { isMailAddress, mailboxOf } from './address.ts';
export { languageOf, type MailContextIn, verifiedAddressOf } from './context.ts';
export { createMail, type Mail } from './mail.ts';
export { createSmtpTransport } from './smtp.ts';
export type { Message } from './transport.ts';
