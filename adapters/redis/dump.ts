import type { Redis } from 'ioredis';
import { InvalidCursor, StoreUnavailable } from '#src/store/errors.ts';
import type { Entry, IndexEntry } from '#src/store/port.ts';
import type { Connection } from './connection.ts';
import type { Documents } from './documents.ts';
import type { Timing } from './driver.ts';
import { toUnavailable } from './driver-errors.ts';
import { entryTag, type KeyNames } from './key-names.ts';
import type { Lists } from './lists.ts';
import { withTimeout } from './with-timeout.ts';

interface Dependencies {
  readonly connection: Connection;
  readonly names: KeyNames;
  readonly documents: Documents;
  readonly lists: Lists;
  readonly timing: Timing;
}

/**
 * The position of a copy: all documents first, then all indexes, server by server. `rest` are indexes that a scan found
 * and that are not copied yet. An interrupted `migrate` stores this as JSON, so the names of the fields don't change.
 */
interface Position {
  readonly sort: 'documents' | 'indexes';
  readonly node: number;
  readonly scan: string;
  readonly rest?: readonly string[];
  readonly from?: number;
}

const pageSize = 500;

export const createDump = ({ connection, names, documents, lists, timing }: Dependencies) => {
  const scan = async (node: Redis, position: Position): Promise<[string, string[]]> => {
    const [pattern, type] =
      position.sort === 'documents' ? [names.documentPattern, 'string'] : [names.indexPattern, 'zset'];
    try {
      const work = node.scan(position.scan, 'MATCH', pattern, 'COUNT', pageSize, 'TYPE', type);
      const [next, found] = await withTimeout(work, timing.deadlineMs);
      return [next, [...new Set(found)]];
    } catch (error) {
      throw toUnavailable(error);
    }
  };

  const nextPosition = (position: Position, next: string, nodes: number): Position | undefined => {
    const { sort, node } = position;
    if (next !== '0') return { sort, node, scan: next };
    if (node + 1 < nodes) return { sort, node: node + 1, scan: '0' };
    return sort === 'documents' ? { sort: 'indexes', node: 0, scan: '0' } : undefined;
  };

  const documentEntries = async (found: readonly string[]): Promise<Entry[]> => {
    if (found.length === 0) return [];
    const members = found.map(names.withoutPrefix);
    const read = await documents.readMembers(members);
    return members.flatMap((member, i): Entry[] => {
      const document = read[i]?.document;
      return document ? [{ type: 'document', key: names.parseMember(member), document }] : [];
    });
  };

  const entriesOfIndex = async (name: string, from: number): Promise<{ entries: Entry[]; more: boolean }> => {
    const { index, of: owner } = names.parseIndex(name);
    const listed = await lists.readRange(name, from, pageSize);
    if (listed.length === 0) return { entries: [], more: false };
    const indexed = listed.map(({ member, at }): { member: string; entry: IndexEntry } => {
      if (owner !== undefined) return { member, entry: { index, of: owner, at } };
      const { text, member: name } = names.parseTextMember(member);
      return { member: name, entry: { index, of: text, at, byText: true } };
    });
    const read = await documents.readMembers(indexed.map(({ member }) => member));
    const entries = indexed.flatMap(({ member, entry }, i): Entry[] =>
      read[i]?.indexEntries.split(' ').includes(entryTag(index, entry.of, entry.at))
        ? [{ type: 'index', key: names.parseMember(member), entry }]
        : [],
    );
    return { entries, more: listed.length === pageSize };
  };

  return async (cursor?: string): Promise<{ readonly entries: readonly Entry[]; readonly next?: string }> => {
    const position: Position =
      cursor === undefined ? { sort: 'documents', node: 0, scan: '0' } : parse(cursor);
    const toPage = (entries: readonly Entry[], next: Position | undefined) =>
      next === undefined ? { entries } : { entries, next: JSON.stringify(next) };
    const nodes = connection.masters();
    const node = nodes[position.node];
    if (!node) throw new StoreUnavailable('Redis lost a server while it was copied: start the copy again');
    let rest = position.rest;
    let { scan: next } = position;
    if (rest === undefined) {
      const [following, found] = await scan(node, position);
      if (position.sort === 'documents')
        return toPage(await documentEntries(found), nextPosition(position, following, nodes.length));
      [next, rest] = [following, found];
    }
    const entries: Entry[] = [];
    let from = position.from ?? 0;
    for (let i = 0; i < rest.length; i++) {
      const page = await entriesOfIndex(rest[i] ?? '', from);
      entries.push(...page.entries);
      from = page.more ? from + pageSize : 0;
      const left = page.more ? rest.slice(i) : rest.slice(i + 1);
      if (left.length > 0 && entries.length >= pageSize)
        return toPage(entries, { ...position, scan: next, rest: left, from });
      if (page.more) i--;
    }
    return toPage(entries, nextPosition(position, next, nodes.length));
  };
};

const parse = (cursor: string): Position => {
  const position: unknown = JSON.parse(cursor);
  if (typeof position !== 'object' || position === null || !('sort' in position)) throw new InvalidCursor();
  // Only `dump` makes these cursors, and only commands of Postern hand them back.
  return position as Position;
};
