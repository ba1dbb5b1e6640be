import { type MailContext, type RenderedMail, renderMail, shownName, text } from './message.ts';
import { type MailRequest, requestFacts } from './request-facts.ts';

interface NoticeMail {
  readonly request: MailRequest;
  /** The page "This wasn't me". A former address that can't come back gets none. */
  readonly href: string | undefined;
}

const noticeMail =
  (
    kind:
      | 'passwordChanged'
      | 'newDevice'
      | 'addressChanged'
      | 'upstreamLinked'
      | 'upstreamUnlinked'
      | 'passkeyAdded'
      | 'passkeyRemoved'
      | 'factorAdded'
      | 'factorRemoved'
      | 'recoveryCodeUsed'
      | 'recoveryCodesMade'
      | 'recoveryLink',
  ) =>
  (context: MailContext, { request, href }: NoticeMail): RenderedMail => {
    const { hello, wasNotMe, [kind]: notice } = context.messages.mail;
    return renderMail(context, {
      subject: notice.subject(context.brand),
      blocks: [
        text(hello(shownName(request.account))),
        text(notice.text),
        requestFacts(context.messages, request),
        ...(href === undefined
          ? [text(wasNotMe.withoutLink)]
          : [text(wasNotMe.text), { kind: 'button', label: wasNotMe.button, href } as const]),
      ],
    });
  };

export const passwordChangedNotice = noticeMail('passwordChanged');
export const newDeviceNotice = noticeMail('newDevice');
/** It goes to the former address. */
export const addressChangedNotice = noticeMail('addressChanged');
export const upstreamLinkedNotice = noticeMail('upstreamLinked');
export const upstreamUnlinkedNotice = noticeMail('upstreamUnlinked');
export const passkeyAddedNotice = noticeMail('passkeyAdded');
export const passkeyRemovedNotice = noticeMail('passkeyRemoved');
export const factorAddedNotice = noticeMail('factorAdded');
export const factorRemovedNotice = noticeMail('factorRemoved');
export const recoveryCodeUsedNotice = noticeMail('recoveryCodeUsed');
export const recoveryCodesMadeNotice = noticeMail('recoveryCodesMade');
export const recoveryLinkNotice = noticeMail('recoveryLink');
