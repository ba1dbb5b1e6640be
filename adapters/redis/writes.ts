import type { IndexEntry, Merge, Replace, Write } from '#src/store/port.ts';
import { bodyLine, contentText, fieldName, fieldValue, stamp } from './codec.ts';
import { entryTag, type KeyNames } from './key-names.ts';

/**
 * A cluster gets the groups of a commit in these turns; `last` are consumptions, and merges that refuse. A commit that
 * removes the document of such a merge therefore finds everything that the merge's commit has written.
 */
export const turns = ['plain', 'insert', 'last'] as const;
type Turn = (typeof turns)[number];

/** The writes of one script call: those on one slot or, on a single server, the whole commit. */
export interface Group {
  readonly keys: string[];
  /** The write of each key; `undefined` for keys of indexes. */
  readonly writes: (Write | undefined)[];
  readonly args: string[];
  turn: Turn;
  conditional: boolean;
  /** It changes documents or indexes that were there before. */
  changes: boolean;
  /** It replaces documents that are in an index. */
  relists: boolean;
}

export const newGroup = (hasIndexEntriesOnly: boolean): Group => ({
  keys: [],
  writes: [],
  args: [],
  turn: 'plain',
  conditional: false,
  changes: hasIndexEntriesOnly,
  relists: false,
});

/** `groupFor` returns the group: the same for all on a single server, one for each family or index on a cluster. */
export const addWrite = (
  names: KeyNames,
  write: Write,
  groupFor: (name: string, hasIndexEntriesOnly: boolean) => Group,
): void => {
  const group = groupFor(write.key.family, false);
  const { args } = group;
  group.keys.push(names.document(write.key));
  group.writes.push(write);
  if (write.op !== 'insert' && write.op !== 'consume') group.changes = true;
  switch (write.op) {
    case 'put':
      args.push(
        'p',
        stamp(write.expiresAt),
        indexEntryTags(write.index),
        '',
        contentText(write.body, write.fields),
      );
      break;
    case 'insert':
      args.push(
        'i',
        stamp(write.expiresAt),
        indexEntryTags(write.index),
        contentText(write.body, write.fields),
      );
      if (group.turn === 'plain') group.turn = 'insert';
      group.conditional = true;
      break;
    case 'replace':
      args.push('r', bodyLine(write.expected));
      addChange(args, write);
      group.conditional = true;
      if (write.index !== undefined) group.relists = true;
      break;
    case 'merge':
      args.push('m', write.ifAbsent);
      addChange(args, write);
      if (write.ifAbsent === 'refuse') {
        group.conditional = true;
        group.turn = 'last';
      }
      break;
    case 'consume':
      args.push('c', stamp(write.at));
      group.turn = 'last';
      group.conditional = true;
      return;
    case 'remove':
      args.push('d');
      return;
  }
  if (write.index === undefined || write.index.length === 0) return;
  const member = names.member(write.key);
  for (const entry of write.index) {
    const { name, listed } = placeInIndex(names, entry, member);
    addIndexEntry(groupFor(name, true), name, entry.at, listed, stamp(write.expiresAt));
  }
};

/** The index that an entry is in, and what the index has of it. */
export const placeInIndex = (names: KeyNames, { index, of, byText }: IndexEntry, member: string) =>
  byText
    ? { name: names.textIndex(index), listed: names.textMember(fieldValue(of), member) }
    : { name: names.index(index, of), listed: member };

export const addIndexEntry = (
  group: Group,
  name: string,
  at: number,
  member: string,
  expires: string,
): void => {
  group.keys.push(name);
  group.writes.push(undefined);
  group.args.push('z', String(at), member, expires);
};

const indexEntryTags = (index: readonly IndexEntry[] | undefined): string => {
  if (index === undefined || index.length === 0) return '';
  let text = '';
  for (const { index: name, of, at } of index) text += `${text === '' ? '' : ' '}${entryTag(name, of, at)}`;
  return text;
};

const addChange = (args: string[], { body, fields, expiresAt, index }: Merge | Replace): void => {
  args.push(body === undefined ? '' : `=${bodyLine(body)}`, stamp(expiresAt), indexEntryTags(index));
  const count = args.push('0') - 1;
  let changed = 0;
  for (const name in fields) {
    const value = fields[name];
    if (value === undefined) continue;
    args.push(fieldName(name), value === null ? '-' : `=${fieldValue(value)}`);
    changed++;
  }
  args[count] = String(changed);
};
