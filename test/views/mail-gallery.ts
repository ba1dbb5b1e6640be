import { messagesFor } from '#src/views/languages/index.ts';
import { accountDeletedByOperatorMail, accountDeletedMail } from '#src/views/mail/account-deleted.ts';
import { addressTakenMail } from '#src/views/mail/address-taken.ts';
import { confirmAddressMail } from '#src/views/mail/email-address.ts';
import { invitationMail } from '#src/views/mail/invitation.ts';
import type { MailContext, RenderedMail } from '#src/views/mail/message.ts';
import * as notices from '#src/views/mail/notices.ts';
import { passwordResetMail } from '#src/views/mail/password-reset.ts';
import { signInCodeMail } from '#src/views/mail/sign-in-code.ts';
import { accountExistsMail, signUpCodeMail } from '#src/views/mail/sign-up.ts';

const at = new Date('2026-11-21T09:30:00Z');
const href = `https://id.example.com/account/reset/${'a'.repeat(43)}`;
const request = {
  account: `<b>${'wide'.repeat(60)}@example.com`,
  at,
  address: '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/150.0',
};
const code = '123456';

/** Every message by the name of its template, with the longest content that it can have. */
export const mailGallery: Readonly<Record<string, (context: MailContext) => RenderedMail>> = {
  accountDeletedByOperatorMail: (context) => accountDeletedByOperatorMail(context, { request }),
  accountDeletedMail: (context) => accountDeletedMail(context, { request }),
  accountExistsMail,
  addressTakenMail: (context) => addressTakenMail(context, { request }),
  confirmAddressMail: (context) => confirmAddressMail(context, { href, hours: 24 }),
  invitationMail: (context) => invitationMail(context, { href, until: at }),
  passwordResetMail: (context) => passwordResetMail(context, { request, href, minutes: 60 }),
  signInCodeMail: (context) => signInCodeMail(context, { request, code, minutes: 10 }),
  ...Object.fromEntries(
    Object.entries(notices).map(([name, notice]) => [
      name,
      (context: MailContext) => notice(context, { request, href }),
    ]),
  ),
  signUpCodeMail: (context) => signUpCodeMail(context, { code, minutes: 10 }),
};

export const mailContext = (language: string): MailContext => ({
  messages: messagesFor(language),
  brand: 'Harbour & Sons <Identity>',
  host: 'id.example.com',
});
