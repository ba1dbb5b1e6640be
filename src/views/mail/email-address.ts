import { type MailContext, note, type RenderedMail, renderMail, shownName, text } from './message.ts';
import { requestFacts } from './request-facts.ts';

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

interface AddressChangedMail {
  readonly account: string;
  readonly at: Date;
}

export const addressChangedNotice = (context: MailContext, model: AddressChangedMail): RenderedMail => {
  const { hello, addressChanged } = context.messages.mail;
  return renderMail(context, {
    subject: addressChanged.subject(context.brand),
    blocks: [
      text(hello(shownName(model.account))),
      text(addressChanged.text),
      requestFacts(context.messages, model),
      note(addressChanged.wasNotMe(context.brand)),
    ],
  });
};
