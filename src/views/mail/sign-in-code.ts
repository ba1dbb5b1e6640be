import { type MailContext, note, type RenderedMail, renderMail, shownName, text } from './message.ts';
import { type MailRequest, requestFacts } from './request-facts.ts';

interface SignInCodeMail {
  readonly request: MailRequest;
  readonly code: string;
  readonly minutes: number;
}

/** It says which browser asked: a code that someone asks for over the phone belongs to another one. */
export const signInCodeMail = (
  context: MailContext,
  { request, code, minutes }: SignInCodeMail,
): RenderedMail => {
  const { hello, signInCode } = context.messages.mail;
  return renderMail(context, {
    subject: signInCode.subject(code),
    blocks: [
      text(hello(shownName(request.account))),
      text(signInCode.text(context.brand)),
      { kind: 'code', code },
      note(signInCode.expires(minutes)),
      requestFacts(context.messages, request),
      note(signInCode.ignore),
    ],
  });
};
