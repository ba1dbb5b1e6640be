import type { Form } from '../../http/pages/form.ts';
import type { ConsoleMessages } from '../../views/languages/console/messages.ts';

/** What is said after a change, by the name of the change in the address. */
export const doneMessage = (
  { groups: { done: text } }: ConsoleMessages,
  { done }: Form,
): string | undefined => {
  const messages: Readonly<Record<string, string>> = { ...text };
  return done !== undefined && Object.hasOwn(messages, done) ? messages[done] : undefined;
};
