import type { Form } from '../../http/pages/form.ts';
import { doneMessageOf } from '../../services/console-pages/index.ts';
import type { ConsoleMessages } from '../../views/languages/console/messages.ts';

/** What is said after any change of an account or an invitation: several pages follow one. */
export const doneMessage = ({ accounts: text }: ConsoleMessages, query: Form): string | undefined =>
  doneMessageOf(
    {
      ...Object.fromEntries(Object.entries(text.actions).map(([name, action]) => [name, action.done])),
      added: text.form.added,
      saved: text.form.saved,
      factor: text.factor.done,
      app: text.disconnect.done,
      invited: text.invite.sent,
      revoked: text.invitations.revoke.done,
    },
    query,
  );
