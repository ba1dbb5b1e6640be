import { type MailContext, type RenderedMail, renderMail, shownName, text } from './message.ts';
import { type MailRequest, requestFacts } from './request-facts.ts';

interface AddressTakenMail {
  readonly request: MailRequest;
}

/** It goes to the address that the account had. */
export const addressTakenMail = (context: MailContext, { request }: AddressTakenMail): RenderedMail => {
  const { hello, addressChanged } = context.messages.mail;
  return renderMail(context, {
    subject: addressChanged.subject(context.brand),
    blocks: [
      text(hello(shownName(request.account))),
      text(addressChanged.byOperator),
      requestFacts(context.messages, request),
    ],
  });
};
