import type { Form } from '../../http/pages/form.ts';
import type { ConsoleMessages } from '../../views/languages/console/messages.ts';

/** What is said after a change. The address names the change, and never has a text of its own. */
export const doneMessage = ({ accounts: text }: ConsoleMessages, { done }: Form): string | undefined => {
  const messages: Readonly<Record<string, string>> = {
    ...Object.fromEntries(Object.entries(text.actions).map(([name, action]) => [name, action.done])),
    added: text.form.added,
    saved: text.form.saved,
    factor: text.factor.done,
    app: text.disconnect.done,
    invited: text.invite.sent,
    revoked: text.invitations.revoke.done,
  };
  return done !== undefined && Object.hasOwn(messages, done) ? messages[done] : undefined;
};
