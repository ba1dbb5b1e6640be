import { type MailContext, note, type RenderedMail, renderMail, shownName, text } from './message.ts';
import { type MailRequest, requestFacts } from './request-facts.ts';

interface PasswordResetMail {
  readonly request: MailRequest;
  readonly href: string;
  readonly minutes: number;
}

export const passwordResetMail = (
  context: MailContext,
  { request, href, minutes }: PasswordResetMail,
): RenderedMail => {
  const { hello, reset } = context.messages.mail;
  return renderMail(context, {
    subject: reset.subject(context.brand),
    blocks: [
      text(hello(shownName(request.account))),
      text(reset.text),
      { kind: 'button', label: reset.button, href },
      note(reset.expires(minutes)),
      note(reset.ignore),
      requestFacts(context.messages, request),
    ],
  });
};
