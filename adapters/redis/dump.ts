import type { Redis } from 'ioredis';
import { BadCursor, Unavailable } from '#src/store/errors.ts';
import type { Entry } from '#src/store/port.ts';
import type { Documents } from './documents.ts';
import type { Timing } from './driver.ts';
import { unavailable } from './faults.ts';
import { type Names, placeOf } from './keys.ts';
import type { Link } from './link.ts';
import type { Lists } from './lists.ts';
import { within } from './within.ts';

interface Parts {
  readonly link: Link;
  readonly names: Names;
  readonly documents: Documents;
  readonly lists: Lists;
  readonly timing: Timing;
}

/** Where a copy is: first all documents, then all indexes, server by server; `rest` are indexes found but not told yet. */
interface Place {
  readonly sort: 'documents' | 'indexes';
  readonly node: number;
  readonly scan: string;
  readonly rest?: readonly string[];
  readonly from?: number;
}

const count = 500;

export const createDump = ({ link, names, documents, lists, timing }: Parts) => {
  const scan = async (node: Redis, place: Place): Promise<[string, string[]]> => {
    const [pattern, type] =
      place.sort === 'documents' ? [names.everyDocument, 'string'] : [names.everyIndex, 'zset'];
    try {
      const work = node.scan(place.scan, 'MATCH', pattern, 'COUNT', count, 'TYPE', type);
      const [next, found] = await within(work, timing.deadlineMs);
      return [next, [...new Set(found)]];
    } catch (error) {
      throw unavailable(error);
    }
  };

  const nextPage = (place: Place, next: string, nodes: number): Place | undefined => {
    const { sort, node } = place;
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
      return document ? [{ type: 'document', key: names.keyOf(member), document }] : [];
    });
  };

  const indexEntries = async (name: string, from: number): Promise<{ entries: Entry[]; more: boolean }> => {
    const { index, of } = names.indexOf(name);
    const places = await lists.placesOf(name, from, count);
    if (places.length === 0) return { entries: [], more: false };
    const read = await documents.readMembers(places.map(({ member }) => member));
    const entries = places.flatMap(({ member, at }, i): Entry[] =>
      read[i]?.places.split(' ').includes(placeOf(index, of, at))
        ? [{ type: 'index', key: names.keyOf(member), entry: { index, of, at } }]
        : [],
    );
    return { entries, more: places.length === count };
  };

  return async (cursor?: string): Promise<{ readonly entries: readonly Entry[]; readonly next?: string }> => {
    const place: Place = cursor === undefined ? { sort: 'documents', node: 0, scan: '0' } : parse(cursor);
    const answer = (entries: readonly Entry[], next: Place | undefined) =>
      next === undefined ? { entries } : { entries, next: JSON.stringify(next) };
    const nodes = link.masters();
    const node = nodes[place.node];
    if (!node) throw new Unavailable('Redis lost a server while it was copied: start the copy again');
    let rest = place.rest;
    let { scan: next } = place;
    if (rest === undefined) {
      const [following, found] = await scan(node, place);
      if (place.sort === 'documents')
        return answer(await documentEntries(found), nextPage(place, following, nodes.length));
      [next, rest] = [following, found];
    }
    const entries: Entry[] = [];
    let from = place.from ?? 0;
    for (let i = 0; i < rest.length; i++) {
      const page = await indexEntries(rest[i] ?? '', from);
      entries.push(...page.entries);
      from = page.more ? from + count : 0;
      const left = page.more ? rest.slice(i) : rest.slice(i + 1);
      if (left.length > 0 && entries.length >= count)
        return answer(entries, { ...place, scan: next, rest: left, from });
      if (page.more) i--;
    }
    return answer(entries, nextPage(place, next, nodes.length));
  };
};

const parse = (cursor: string): Place => {
  const place: unknown = JSON.parse(cursor);
  if (typeof place !== 'object' || place === null || !('sort' in place)) throw new BadCursor();
  // Made by `dump` above, and handed through by our own commands only.
  return place as Place;
};
