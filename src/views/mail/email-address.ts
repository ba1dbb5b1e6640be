import { type MailContext, note, type RenderedMail, renderMail, text } from './message.ts';

interface ConfirmAddressMail {
  readonly href: string;
  readonly hours: number;
}

/** It has no name of an account: the address may be another person's. */
export const confirmAddressMail = (
  context: MailContext,
  { href, hours }: ConfirmAddressMail,
): RenderedMail => {
  const { confirmAddress } = context.messages.mail;
  return renderMail(context, {
    subject: confirmAddress.subject(context.brand),
    blocks: [
      text(confirmAddress.text(context.brand)),
      { kind: 'button', label: confirmAddress.button, href },
      note(confirmAddress.expires(hours)),
      note(confirmAddress.ignore),
    ],
  });
};
