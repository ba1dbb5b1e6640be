/**
 * Owns messages that tell people what happened to their account, and the page "This wasn't me" that they lead to.
 * Messages about a deleted account, and about an address that an operator took away, lead to no page. services/notices
 * stores the requests for messages, in the commit of what they are about.
 *
 * GET  /account/not-me/:token    asks; it changes nothing
 * POST /account/not-me/:token    ends everything that is signed in, removes the password and the ways to sign in that
 *                                were added since (passkeys, apps, links to upstreams), and sends a link for a new
 *                                password: 303 to /account/not-me. The link of the notice to a former address makes that
 *                                one the address of the account again. It changes nothing else.
 *
 * Commands of an operator only store messages, which a running server sends.
 */
import type { Feature } from '../../feature.ts';
import { accountDeletedKind, addressTakenKind, noticeKinds } from '../../services/notices/index.ts';
import type { NoticesDependencies } from './dependencies.ts';
import { composeAddressTaken, composeDeleted, createComposeNotice } from './message.ts';
import { notMePages } from './not-me-pages.ts';

export { createNotifyNewDevice } from './new-device.ts';

export const notices = (dependencies: NoticesDependencies): Feature => {
  const { mail } = dependencies;
  if (!mail.isEnabled) return { name: 'notices' };
  const compose = createComposeNotice(dependencies);
  for (const kind of noticeKinds) mail.compose(kind, compose(kind));
  mail.compose(accountDeletedKind, composeDeleted);
  mail.compose(addressTakenKind, composeAddressTaken);
  return { name: 'notices', pages: notMePages(dependencies) };
};
