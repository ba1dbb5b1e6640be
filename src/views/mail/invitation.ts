import { utcDateTime } from '../time.ts';
import { type MailContext, note, type RenderedMail, renderMail, text } from './message.ts';

interface InvitationMail {
  readonly href: string;
  readonly until: Date;
}

/** It has no text of the person who invites, because anyone's address can be invited. */
export const invitationMail = (context: MailContext, { href, until }: InvitationMail): RenderedMail => {
  const { brand, messages } = context;
  const { invitation } = messages.mail;
  return renderMail(context, {
    subject: invitation.subject(brand),
    blocks: [
      text(invitation.text(brand)),
      { kind: 'button', label: invitation.button, href },
      note(invitation.expires(utcDateTime(messages.tag, until))),
      note(invitation.ignore),
    ],
  });
};
