import { Misnamed } from '#src/store/errors.ts';
import type { Key } from '#src/store/port.ts';

/** A family is one hash tag, so all of it lives on one slot; what a family or kind may hold must not end the tag. */
const escapes: Readonly<Record<string, string>> = {
  '%': '%25',
  '{': '%7B',
  '}': '%7D',
  ':': '%3A',
  '|': '%7C',
};
const special = /[%{}:|]/g;
const escaped = (text: string): string => text.replace(special, (char) => escapes[char] ?? char);
const needsEscape = /[%{}:|]/;
const plain = (text: string): string => (needsEscape.test(text) ? escaped(text) : text);
const restored = (text: string): string =>
  text.includes('%') ? text.replace(/%(25|7B|7D|3A|7C)/g, (code) => decodeURIComponent(code)) : text;

/** An empty hash tag would be none at all. A lone `%` can't come from escaping. */
const nothing = '%';

export interface Names {
  /** Before the name of every document. */
  readonly documents: string;
  document(key: Key): string;
  /** The name of a document without the prefix: what indexes hold. */
  member(key: Key): string;
  keyOf(member: string): Key;
  index(index: string, of: string): string;
  indexOf(name: string): { readonly index: string; readonly of: string };
  counter(counter: string): string;
  topic(topic: string): string;
  /** For SCAN: everything of one sort. */
  readonly everyDocument: string;
  readonly everyIndex: string;
  withoutPrefix(name: string): string;
}

export const createNames = (prefix: string): Names => {
  if (!/^[A-Za-z0-9_.-]+$/.test(prefix))
    throw new Misnamed(
      'The prefix of Redis keys may hold letters, digits, ".", "_" and "-" only: choose another.',
    );
  const documents = `${prefix}:`;
  const member = ({ kind, family, id }: Key): string =>
    `{${family === '' ? nothing : plain(family)}}${plain(kind)}:${id}`;
  return {
    documents,
    document: (key) => documents + member(key),
    member,
    keyOf: (text) => {
      const tag = text.indexOf('}');
      const colon = text.indexOf(':', tag);
      const family = text.slice(1, tag);
      return {
        kind: restored(text.slice(tag + 1, colon)),
        family: family === nothing ? '' : restored(family),
        id: text.slice(colon + 1),
      };
    },
    index: (index, of) => `${prefix}:x:{${plain(index)}|${plain(of)}}`,
    indexOf: (name) => {
      const [index = '', of = ''] = name.slice(prefix.length + 4, -1).split('|');
      return { index: restored(index), of: restored(of) };
    },
    counter: (counter) => `${prefix}:n:{${plain(counter)}}`,
    topic: (topic) => `${prefix}:t:${topic}`,
    everyDocument: `${prefix}:{*`,
    everyIndex: `${prefix}:x:{*`,
    withoutPrefix: (name) => name.slice(documents.length),
  };
};

/** Ties an index entry to the filing of its document that made it: an entry of an earlier filing no longer counts. */
export const placeOf = (index: string, of: string, at: number): string => {
  const text = `${index}\n${of}\n${at}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
};
