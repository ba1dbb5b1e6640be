import type { Clock, Entry } from '#src/store/port.ts';
import { contentText, stamp } from './codec.ts';
import type { Connection } from './connection.ts';
import type { Documents } from './documents.ts';
import type { Timing } from './driver.ts';
import { entryTag, type KeyNames } from './key-names.ts';
import { scripts } from './scripts.ts';
import { addIndexEntry, type Group, newGroup, placeInIndex } from './writes.ts';

interface Dependencies {
  readonly connection: Connection;
  readonly names: KeyNames;
  readonly clock: Clock;
  readonly documents: Documents;
  readonly timing: Timing;
}

type DocumentEntry = Extract<Entry, { type: 'document' }>;
type IndexedEntry = Extract<Entry, { type: 'index' }>;

const batchSize = 250;

export const createLoad = ({ connection, names, clock, documents, timing }: Dependencies) => {
  const send = async (groups: Iterable<Group>): Promise<void> => {
    await Promise.all(
      Array.from(groups, ({ keys, args }) => {
        const prefix = connection.clustered ? '' : names.documentPrefix;
        const head = [
          scripts.commit,
          String(keys.length),
          ...keys,
          'load',
          String(clock.now()),
          '1e16',
          '',
          prefix,
          '',
        ];
        return connection.send('evalsha', [...head, ...args], { limitMs: timing.deadlineMs });
      }),
    );
  };

  const createGroups = () => {
    const groups = new Map<string, Group>();
    return {
      groups,
      groupFor(tag: string): Group {
        const id = connection.clustered ? tag : '';
        const group = groups.get(id) ?? newGroup(false);
        groups.set(id, group);
        return group;
      },
    };
  };

  const loadDocuments = async (entries: readonly DocumentEntry[]): Promise<void> => {
    const { groups, groupFor } = createGroups();
    for (const { key, document } of entries) {
      const { keys, args } = groupFor(key.family);
      const { consumption, body, fields, expiresAt } = document;
      keys.push(names.document(key));
      args.push(
        'p',
        stamp(expiresAt),
        '',
        consumption ? `${consumption.nonce} ${stamp(consumption.at)}` : '',
        contentText(body, fields),
      );
    }
    await send(groups.values());
  };

  /** Entries without a document are left out. */
  const loadIndexEntries = async (entries: readonly IndexedEntry[]): Promise<void> => {
    const read = await documents.readMembers(entries.map(({ key }) => names.member(key)));
    const [documentGroups, indexGroups] = [createGroups(), createGroups()];
    for (const [i, { key, entry }] of entries.entries()) {
      const found = read[i];
      if (!found) continue;
      const { index, of, at } = entry;
      const document = documentGroups.groupFor(key.family);
      document.keys.push(names.document(key));
      document.args.push('f', entryTag(index, of, at));
      const { name, listed } = placeInIndex(names, entry, names.member(key));
      addIndexEntry(indexGroups.groupFor(name), name, at, listed, stamp(found.document.expiresAt));
    }
    await send(documentGroups.groups.values());
    await send(indexGroups.groups.values());
  };

  return async (entries: readonly Entry[]): Promise<void> => {
    connection.assertOpen();
    const isDocument = (entry: Entry): entry is DocumentEntry => entry.type === 'document';
    const isIndexEntry = (entry: Entry): entry is IndexedEntry => entry.type === 'index';
    const [documents, indexEntries] = [entries.filter(isDocument), entries.filter(isIndexEntry)];
    for (let at = 0; at < documents.length; at += batchSize)
      await loadDocuments(documents.slice(at, at + batchSize));
    for (let at = 0; at < indexEntries.length; at += batchSize)
      await loadIndexEntries(indexEntries.slice(at, at + batchSize));
  };
};
