import { usageError } from '#src/command.ts';
import type { Claims } from '#src/services/accounts/index.ts';

/** Any JSON value. */
type Json = Claims[string];

const parseValue = (text: string): Json => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Parses repeated `name=value` flags. A value that isn't JSON is a text. */
export const parseNamedValues = (
  texts: readonly string[],
  { flag, example }: { readonly flag: string; readonly example: string },
): readonly (readonly [name: string, value: Json])[] =>
  texts.map((text) => {
    const equals = text.indexOf('=');
    if (equals < 1) throw usageError(`${flag} wants name=value, as ${example}.`);
    return [text.slice(0, equals), parseValue(text.slice(equals + 1))] as const;
  });
