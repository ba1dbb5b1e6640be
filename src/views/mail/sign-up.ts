import { type MailContext, note, type RenderedMail, renderMail, text } from './message.ts';

interface SignUpCodeMail {
  readonly code: string;
  readonly minutes: number;
}

/** It has nothing of what was typed into the form: the address may be another person's. */
export const signUpCodeMail = (context: MailContext, { code, minutes }: SignUpCodeMail): RenderedMail => {
  const { signUpCode } = context.messages.mail;
  return renderMail(context, {
    subject: signUpCode.subject(code),
    blocks: [
      text(signUpCode.text(context.brand)),
      { kind: 'code', code },
      note(signUpCode.expires(minutes)),
      note(signUpCode.ignore),
    ],
  });
};

/** The owner of an address that has an account gets it when someone signs up with that address. */
export const accountExistsMail = (context: MailContext): RenderedMail => {
  const { accountExists } = context.messages.mail;
  return renderMail(context, {
    subject: accountExists.subject(context.brand),
    blocks: [text(accountExists.text(context.brand)), note(accountExists.ignore)],
  });
};
