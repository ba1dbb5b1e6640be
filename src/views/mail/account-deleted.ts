import { type MailContext, note, type RenderedMail, renderMail, shownName, text } from './message.ts';
import { type MailRequest, requestFacts } from './request-facts.ts';

interface AccountDeletedMail {
  readonly request: MailRequest;
}

/** It goes to the address that the account had. */
const deletedMail =
  (by: 'owner' | 'operator') =>
  (context: MailContext, { request }: AccountDeletedMail): RenderedMail => {
    const { hello, accountDeleted } = context.messages.mail;
    const isByOwner = by === 'owner';
    return renderMail(context, {
      subject: accountDeleted.subject(context.brand),
      blocks: [
        text(hello(shownName(request.account))),
        text(isByOwner ? accountDeleted.text : accountDeleted.byOperator),
        requestFacts(context.messages, request),
        note(isByOwner ? accountDeleted.wasNotMe : accountDeleted.questions),
      ],
    });
  };

export const accountDeletedMail = deletedMail('owner');
export const accountDeletedByOperatorMail = deletedMail('operator');
