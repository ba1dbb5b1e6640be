import type { Config } from '#config';
import type { Messages } from './languages/messages.ts';

/** Scopes as people understand them: in the operator's words, in ours, or by their name. */
export const scopesInWords = (
  scope: string,
  words: Config['scopes'],
  messages: Messages,
): readonly string[] =>
  scope
    .split(' ')
    .filter((name) => name !== '')
    .map((name) => {
      const said = Object.hasOwn(words, name) ? words[name] : undefined;
      const own: Readonly<Record<string, string>> = messages.consent.scopes;
      if (name === 'offline_access') return messages.consent.offline;
      const ours = Object.hasOwn(own, name) ? own[name] : undefined;
      return (typeof said === 'string' ? said : (said?.[messages.tag] ?? said?.['en'])) ?? ours ?? name;
    });
