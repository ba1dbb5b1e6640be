/** Texts of the operator instead of those of a language (`pages.texts`). Each has the path of the text as its name. */
import { type Config, nearest } from '#config';
import { languages, messagesFor } from './index.ts';
import type { Messages } from './messages.ts';

type Pages = Pick<Config['pages'], 'texts'>;
type OwnTexts = Readonly<Record<string, string>>;
/** A text with values: a sentence, or its pieces for a template. */
type WithValues = (...values: readonly unknown[]) => string | readonly unknown[];

/** What a language is, not what it says. */
const fixed: ReadonlySet<string> = new Set(['tag', 'name', 'dir']);

// The types of `Messages` allow texts, functions of values, and records of those.
const isWithValues = (value: unknown): value is WithValues => typeof value === 'function';
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const joined = (path: string, key: string): string => (path === '' ? key : `${path}.${key}`);

const placeholders = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `{${index + 1}}`);

/** The text of a name, as an operator would write it: its values are `{1}`, `{2}`. */
const writtenForm = (value: string | WithValues): string => {
  if (typeof value === 'string') return value;
  const text = value(...placeholders(value.length));
  return typeof text === 'string' ? text : text.join('');
};

const leavesOf = (value: unknown, path = ''): readonly (readonly [name: string, text: string])[] => {
  if (fixed.has(path)) return [];
  if (typeof value === 'string' || isWithValues(value)) return [[path, writtenForm(value)]];
  return isRecord(value)
    ? Object.entries(value).flatMap(([key, one]) => leavesOf(one, joined(path, key)))
    : [];
};

/** The names of all texts of a language, with the texts. */
export const textsOf = (messages: Messages): ReadonlyMap<string, string> => new Map(leavesOf(messages));

const fill = (text: string, original: WithValues): WithValues => {
  // Between the pieces of text are the numbers of the values.
  const pieces = text.split(/\{(\d)\}/);
  const isPhrase = Array.isArray(original(...placeholders(original.length)));
  const filled: WithValues = (...values) => {
    const parts = pieces.map((piece, index) => (index % 2 === 0 ? piece : values[Number(piece) - 1]));
    return isPhrase ? parts : parts.join('');
  };
  // The number of its values, for `writtenForm`.
  return Object.defineProperty(filled, 'length', { value: original.length });
};

const replaceIn = (value: unknown, own: OwnTexts, path = ''): unknown => {
  const text = Object.hasOwn(own, path) ? own[path] : undefined;
  if (typeof value === 'string') return fixed.has(path) ? value : (text ?? value);
  if (isWithValues(value)) return text === undefined ? value : fill(text, value);
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, replaceIn(one, own, joined(path, key))]),
  );
};

/** The texts of each language, with those of the operator. */
export const createMessages = ({ texts }: Pages): ((tag: string) => Messages) => {
  const changed = new Map(
    Object.entries(texts)
      .filter(([, own]) => Object.keys(own).length > 0)
      // `replaceIn` keeps the shape.
      .map(([tag, own]) => [tag, replaceIn(messagesFor(tag), own) as Messages]),
  );
  return (tag) => {
    const messages = messagesFor(tag);
    return changed.get(messages.tag) ?? messages;
  };
};

interface TextProblem {
  readonly path: readonly string[];
  readonly message: string;
  readonly suggestion?: string;
}

const valuesIn = (text: string): readonly string[] => [...new Set(text.match(/\{\d\}/g))].sort();

const problemOfText = (known: ReadonlyMap<string, string>, name: string, text: string) => {
  const original = known.get(name);
  if (original === undefined) {
    const suggestion = nearest(name, [...known.keys()]);
    return { message: 'There is no text of this name.', ...(suggestion !== undefined && { suggestion }) };
  }
  const expected = valuesIn(original);
  if (valuesIn(text).join() === expected.join()) return undefined;
  return {
    message:
      expected.length === 0
        ? 'Has a value such as {1}, but this text has none.'
        : `Must have ${expected.join(' and ')}, as in ${JSON.stringify(original)}.`,
  };
};

/** What is wrong with the texts of the operator. */
export const ownTextProblems = ({ texts }: Pages): readonly TextProblem[] =>
  Object.entries(texts).flatMap(([tag, own]): readonly TextProblem[] => {
    const tags = languages.map((language) => language.tag);
    if (!tags.includes(tag)) {
      const suggestion = nearest(tag, tags);
      return [
        {
          path: [tag],
          message: `Is no language of Postern: ${tags.join(', ')}.`,
          ...(suggestion !== undefined && { suggestion }),
        },
      ];
    }
    const known = textsOf(messagesFor(tag));
    return Object.entries(own).flatMap(([name, text]) => {
      const problem = problemOfText(known, name, text);
      return problem ? [{ path: [tag, name], ...problem }] : [];
    });
  });
