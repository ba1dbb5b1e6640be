import type { Clock, Entry } from '#src/store/port.ts';
import type { Documents } from './documents.ts';
import type { Timing } from './driver.ts';
import { type Names, placeOf } from './keys.ts';
import type { Link } from './link.ts';
import { scripts } from './scripts.ts';
import { content, stamp } from './text.ts';
import { addEntry, type Group, newGroup } from './writes.ts';

interface Parts {
  readonly link: Link;
  readonly names: Names;
  readonly clock: Clock;
  readonly documents: Documents;
  readonly timing: Timing;
}

type DocumentEntry = Extract<Entry, { type: 'document' }>;
type IndexLine = Extract<Entry, { type: 'index' }>;

const step = 250;

export const createLoad = ({ link, names, clock, documents, timing }: Parts) => {
  const send = async (groups: Iterable<Group>): Promise<void> => {
    await Promise.all(
      Array.from(groups, ({ keys, args }) => {
        const prefix = link.clustered ? '' : names.documents;
        const head = [
          scripts.commit,
          String(keys.length),
          ...keys,
          'load',
          String(clock.now()),
          '1e16',
          '',
          prefix,
        ];
        return link.ask('evalsha', [...head, ...args], { limitMs: timing.deadlineMs });
      }),
    );
  };

  const grouped = () => {
    const groups = new Map<string, Group>();
    return {
      groups,
      of(tag: string): Group {
        const id = link.clustered ? tag : '';
        const group = groups.get(id) ?? newGroup(false);
        groups.set(id, group);
        return group;
      },
    };
  };

  const loadDocuments = async (entries: readonly DocumentEntry[]): Promise<void> => {
    const { groups, of } = grouped();
    for (const { key, document } of entries) {
      const { keys, args } = of(key.family);
      const { claim, body, parts, expiresAt } = document;
      keys.push(names.document(key));
      args.push(
        'p',
        stamp(expiresAt),
        '',
        claim ? `${claim.nonce} ${stamp(claim.at)}` : '',
        content(body, parts),
      );
    }
    await send(groups.values());
  };

  /** An entry whose document is not there leads nowhere and is left out. */
  const loadPlaces = async (entries: readonly IndexLine[]): Promise<void> => {
    const read = await documents.readMembers(entries.map(({ key }) => names.member(key)));
    const [filed, listed] = [grouped(), grouped()];
    for (const [i, { key, entry }] of entries.entries()) {
      const found = read[i];
      if (!found) continue;
      const { index, of, at } = entry;
      const document = filed.of(key.family);
      document.keys.push(names.document(key));
      document.args.push('f', placeOf(index, of, at));
      const name = names.index(index, of);
      addEntry(listed.of(name), name, at, names.member(key), stamp(found.document.expiresAt));
    }
    await send(filed.groups.values());
    await send(listed.groups.values());
  };

  return async (entries: readonly Entry[]): Promise<void> => {
    link.assertOpen();
    const isDocument = (entry: Entry): entry is DocumentEntry => entry.type === 'document';
    const isPlace = (entry: Entry): entry is IndexLine => entry.type === 'index';
    const [all, places] = [entries.filter(isDocument), entries.filter(isPlace)];
    for (let at = 0; at < all.length; at += step) await loadDocuments(all.slice(at, at + step));
    for (let at = 0; at < places.length; at += step) await loadPlaces(places.slice(at, at + step));
  };
};
