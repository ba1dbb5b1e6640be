import { InvalidStoreUrl } from '#src/store/errors.ts';
import type { Key } from '#src/store/port.ts';

/**
 * A family is a hash tag, so that all its keys are on one slot. Characters that would end the tag or separate its parts
 * are escaped.
 */
const escapes: Readonly<Record<string, string>> = {
  '%': '%25',
  '{': '%7B',
  '}': '%7D',
  ':': '%3A',
  '|': '%7C',
};
const special = /[%{}:|]/g;
const escapeAll = (text: string): string => text.replace(special, (char) => escapes[char] ?? char);
const needsEscape = /[%{}:|]/;
const escapeText = (text: string): string => (needsEscape.test(text) ? escapeAll(text) : text);
const unescapeText = (text: string): string =>
  text.includes('%') ? text.replace(/%(25|7B|7D|3A|7C)/g, (code) => decodeURIComponent(code)) : text;

/** Redis ignores an empty hash tag. Escaping never produces a single `%`. */
const emptyFamily = '%';

export interface KeyNames {
  /** The beginning of the name of every document. */
  readonly documentPrefix: string;
  document(key: Key): string;
  /** The name of a document without the prefix, as indexes contain it. */
  member(key: Key): string;
  parseMember(member: string): Key;
  index(index: string, of: string): string;
  /**
   * The name of an index `byText`, and one of its members: in it a text is a part of the member, which Redis sorts by
   * bytes.
   */
  textIndex(index: string): string;
  textMember(text: string, member: string): string;
  parseTextMember(textMember: string): { readonly text: string; readonly member: string };
  /** Without `of`, it is an index `byText`. */
  parseIndex(name: string): { readonly index: string; readonly of?: string };
  counter(counter: string): string;
  /** The undo log of everything with the same hash tag as `name`. Indexes have their own. */
  undoLog(name: string): string;
  /** The undo log of one commit on a single server. */
  undoLogOfCommit(nonce: string): string;
  topic(topic: string): string;
  /** Patterns for SCAN. */
  readonly documentPattern: string;
  readonly indexPattern: string;
  withoutPrefix(name: string): string;
}

export const createKeyNames = (prefix: string): KeyNames => {
  if (!/^[A-Za-z0-9_.-]+$/.test(prefix))
    throw new InvalidStoreUrl(
      'The prefix of Redis keys may hold letters, digits, ".", "_" and "-" only: choose another.',
    );
  const documentPrefix = `${prefix}:`;
  const member = ({ kind, family, id }: Key): string =>
    `{${family === '' ? emptyFamily : escapeText(family)}}${escapeText(kind)}:${id}`;
  return {
    documentPrefix,
    document: (key) => documentPrefix + member(key),
    member,
    parseMember: (text) => {
      const tag = text.indexOf('}');
      const colon = text.indexOf(':', tag);
      const family = text.slice(1, tag);
      return {
        kind: unescapeText(text.slice(tag + 1, colon)),
        family: family === emptyFamily ? '' : unescapeText(family),
        id: text.slice(colon + 1),
      };
    },
    index: (index, of) => `${prefix}:x:{${escapeText(index)}|${escapeText(of)}}`,
    textIndex: (index) => `${prefix}:x:{${escapeText(index)}}`,
    textMember: (text, name) => `${text}\n${name}`,
    parseTextMember: (textMember) => {
      const end = textMember.indexOf('\n');
      return { text: textMember.slice(0, end), member: textMember.slice(end + 1) };
    },
    parseIndex: (name) => {
      const [index = '', of] = name.slice(prefix.length + 4, -1).split('|');
      return { index: unescapeText(index), ...(of !== undefined && { of: unescapeText(of) }) };
    },
    counter: (counter) => `${prefix}:n:{${escapeText(counter)}}`,
    undoLog: (name) => {
      const tag = name.slice(name.indexOf('{'), name.indexOf('}') + 1);
      return `${prefix}:u:${tag}${name.startsWith(`${prefix}:x:`) ? 'x' : ''}`;
    },
    undoLogOfCommit: (nonce) => `${prefix}:u:${nonce}`,
    topic: (topic) => `${prefix}:t:${topic}`,
    documentPattern: `${prefix}:{*`,
    indexPattern: `${prefix}:x:{*`,
    withoutPrefix: (name) => name.slice(documentPrefix.length),
  };
};

/**
 * A document lists the tags of its current index entries, and an entry without its tag there is ignored. On a cluster an
 * index and its documents are on different slots, so a stale entry can't be removed in the same commit.
 *
 * The hash is FNV-1a (32 bits): short, because every listed document stores it, and cheap, because every commit computes
 * it. A collision is harmless: it takes two entries of one document, and one of them would be listed although it is stale.
 */
export const entryTag = (index: string, of: string, at: number): string => {
  const text = `${index}\n${of}\n${at}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return (hash >>> 0).toString(36);
};
