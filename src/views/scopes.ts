import type { Config } from '#config';
import type { Messages } from './languages/messages.ts';

/** Describes scopes in the operator's words, else in the built-in ones, else by their names. */
export const describeScopes = (
  scope: string,
  configured: Config['scopes'],
  messages: Messages,
): readonly string[] =>
  scope
    .split(' ')
    .filter((name) => name !== '')
    .map((name) => {
      const description = Object.hasOwn(configured, name) ? configured[name] : undefined;
      const builtIns: Readonly<Record<string, string>> = messages.consent.scopes;
      if (name === 'offline_access') return messages.consent.offline;
      const builtIn = Object.hasOwn(builtIns, name) ? builtIns[name] : undefined;
      return (
        (typeof description === 'string'
          ? description
          : (description?.[messages.tag] ?? description?.['en'])) ??
        builtIn ??
        name
      );
    });
