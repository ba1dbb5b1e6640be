/**
 * Owns messages that tell people what happened to their account, and the page "This wasn't me" that each of them leads to.
 *
 * a new password                 `account.password_changed` -> a message to the verified address
 * a sign-in in a new browser     the sign-in step stores the message in its commit
 * GET  /account/not-me/:token    asks; it changes nothing
 * POST /account/not-me/:token    ends everything that is signed in and sends a link for a new password: 303 to
 *                                /account/not-me. It changes nothing else, because the link may be forwarded.
 *
 * Commands of an operator send no message: they have no running server.
 */
import type { Feature } from '../../feature.ts';
import { newId } from '../../store/new-id.ts';
import type { NoticesDependencies } from './dependencies.ts';
import { createComposeNotice, newDeviceMail, passwordChangedMail } from './message.ts';
import { notMePages } from './not-me-pages.ts';

export { createNotifyNewDevice } from './new-device.ts';

export const notices = (dependencies: NoticesDependencies): Feature => {
  const { clock, events, mail } = dependencies;
  if (!mail.isEnabled) return { name: 'notices' };
  const compose = createComposeNotice(dependencies);
  mail.compose(passwordChangedMail, (about) => compose(passwordChangedMail, about));
  mail.compose(newDeviceMail, (about) => compose(newDeviceMail, about));
  return {
    name: 'notices',
    pages: notMePages(dependencies),
    async start() {
      const unsubscribe = events.listen(
        ({ account }) => {
          if (account === undefined) return;
          const about = { id: newId(16), account, at: String(clock.now()) };
          mail.send(passwordChangedMail, about).catch(() => {
            const details = { kind: passwordChangedMail, tries: 0 };
            events.emit({ type: 'delivery', outcome: 'failed', reason: 'not_stored', account, details });
          });
        },
        ['ok'],
        ['account.password_changed'],
      );
      return async () => unsubscribe();
    },
  };
};
