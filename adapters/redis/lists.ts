import { InvalidCursor } from '#src/store/errors.ts';
import type { FindOptions, Found, FoundPage, Listed, ListOptions, Page } from '#src/store/port.ts';
import type { Connection } from './connection.ts';
import type { Documents } from './documents.ts';
import type { Timing } from './driver.ts';
import { entryTag, type KeyNames } from './key-names.ts';
import type { Observed } from './observed.ts';
import { invalidReply, toTexts } from './replies.ts';
import { scripts } from './scripts.ts';

interface Dependencies {
  readonly connection: Connection;
  readonly names: KeyNames;
  readonly documents: Documents;
  readonly timing: Timing;
  readonly observe: Observed;
}

interface Indexed {
  readonly at: number;
  readonly member: string;
}

/** How many stale entries are remembered on a cluster. A further one replaces the oldest. */
const maxDangling = 10_000;

export const createLists = ({ connection, names, documents, timing, observe }: Dependencies) => {
  const dangling = new Map<string, number>();

  const readIndex = async (command: string, args: string[]): Promise<Indexed[]> =>
    parseEntries(await connection.send(command, args, { limitMs: timing.operationTimeoutMs }));
  const readStep = observe(readIndex);
  const readText = observe(
    async (command: string, args: string[]): Promise<string[]> =>
      toTexts(await connection.send(command, args, { limitMs: timing.operationTimeoutMs })),
  );
  const readMembers = observe(documents.readMembers);

  /**
   * Removes stale entries in the background. On a cluster, a script can't see index and document together, and an entry
   * is written before its document. There an entry is removed only after it had no document for 10 seconds.
   */
  const prune = (name: string, stale: readonly (Indexed & { readonly tag: string })[]): void => {
    const now = performance.now();
    const removable = stale.filter(({ member, at }) => {
      if (!connection.clustered) return true;
      const id = `${name} ${at} ${member}`;
      const since = dangling.get(id);
      if (since !== undefined && now - since > 10_000) return dangling.delete(id);
      if (since === undefined) {
        // Entries of lists that are never read again must not keep others from being removed.
        if (dangling.size >= maxDangling) dangling.delete(dangling.keys().next().value ?? '');
        dangling.set(id, now);
      }
      return false;
    });
    if (removable.length === 0) return;
    const prefix = connection.clustered ? '' : names.documentPrefix;
    const rest = removable.flatMap(({ member, at, tag }) => [member, String(at), tag]);
    connection
      .send('evalsha', [scripts.prune, '1', name, prefix, ...rest], { limitMs: timing.operationTimeoutMs })
      .catch(() => {});
  };

  return {
    async list(index: string, of: string, options: ListOptions): Promise<Page> {
      const { limit, cursor, order = 'ascending', from, to } = options;
      const name = names.index(index, of);
      const up = order === 'ascending';
      const items: Listed[] = [];
      let position = cursor === undefined ? undefined : parseCursor(cursor);
      let last: Indexed | undefined;
      // Offsets would skip entries, because entries come and go between steps. After many stale entries, steps grow.
      for (let step = Math.min(limit + 2, 1_000); ; ) {
        const low = up && position ? String(position.at) : bound(from, '-inf');
        const high = !up && position ? String(position.at) : bound(to, '+inf');
        const range = [name, ...(up ? [low, high] : [high, low]), 'BYSCORE', ...(up ? [] : ['REV'])];
        const found = await readStep('zrange', [...range, 'LIMIT', '0', String(step), 'WITHSCORES']);
        const fresh = found.filter((entry) => position === undefined || isPast(entry, position, up));
        position = fresh.at(-1) ?? position;
        const read = fresh.length === 0 ? [] : await readMembers(fresh.map(memberOf));
        const stale = fresh.flatMap((entry, i) => {
          const tag = entryTag(index, of, entry.at);
          return read[i]?.indexEntries.split(' ').includes(tag) ? [] : [{ ...entry, tag }];
        });
        if (stale.length > 0) prune(name, stale);
        const gone = new Set(stale.map(memberOf));
        for (const [i, { at, member }] of fresh.entries()) {
          const document = read[i]?.document;
          if (document === undefined || gone.has(member)) continue;
          if (items.length === limit && last) return { items, next: `${last.at} ${last.member}` };
          items.push({ key: names.parseMember(member), at, document });
          last = { at, member };
        }
        if (found.length < step) return { items };
        if (fresh.length === 0) step *= 2;
        else if (stale.length > 0) step = Math.max(step, Math.min(2 * step, 1_000));
      }
    },
    async find(index: string, prefix: string, { limit, cursor }: FindOptions): Promise<FoundPage> {
      const name = names.textIndex(index);
      const items: Found[] = [];
      let low = cursor === undefined ? `[${prefix}` : `(${parseFindCursor(cursor, prefix)}`;
      let last: string | undefined;
      for (let step = Math.min(limit + 1, 1_000); ; step = Math.min(2 * step, 1_000)) {
        const range = [name, low, `[${prefix}${lastCharacter}`, 'BYLEX', 'LIMIT', '0', String(step)];
        const found = (await readText('zrange', range)).map((listed) => ({
          listed,
          ...names.parseTextMember(listed),
        }));
        const read = found.length === 0 ? [] : await readMembers(found.map(memberOf));
        const stale: (Indexed & { readonly tag: string })[] = [];
        for (const [i, { listed, text, member }] of found.entries()) {
          const tag = entryTag(index, text, 0);
          const document = read[i];
          if (!document?.indexEntries.split(' ').includes(tag)) {
            stale.push({ member: listed, at: 0, tag });
            continue;
          }
          if (items.length === limit && last !== undefined) return { items, next: toFindCursor(last) };
          items.push({ key: names.parseMember(member), text, document: document.document });
          last = listed;
        }
        if (stale.length > 0) prune(name, stale);
        const end = found.at(-1);
        if (found.length < step || end === undefined) return { items };
        low = `(${end.listed}`;
      }
    },
    readRange: async (name: string, start: number, count: number): Promise<Indexed[]> =>
      readIndex('zrange', [name, String(start), String(start + count - 1), 'WITHSCORES']),
  };
};

export type Lists = ReturnType<typeof createLists>;

/** U+10FFFF is no character (Unicode §23.7), and sorts after every other. */
const lastCharacter = '\u{10FFFF}';

const toFindCursor = (listed: string): string => Buffer.from(listed).toString('base64url');

const parseFindCursor = (cursor: string, prefix: string): string => {
  const listed = Buffer.from(cursor, 'base64url').toString();
  if (!listed.startsWith(prefix) || !/^[^\n]*\n\{[^\n]*\}/.test(listed)) throw new InvalidCursor();
  return listed;
};

const memberOf = ({ member }: { readonly member: string }): string => member;
const bound = (at: number | undefined, open: string): string => (at === undefined ? open : String(at));

/** Redis orders entries with the same score by bytes. */
const isPast = (entry: Indexed, after: Indexed, up: boolean): boolean => {
  if (entry.at !== after.at) return true;
  const compared = Buffer.compare(Buffer.from(entry.member), Buffer.from(after.member));
  return up ? compared > 0 : compared < 0;
};

const parseCursor = (cursor: string): Indexed => {
  const space = cursor.indexOf(' ');
  const at = Number(cursor.slice(0, space));
  if (space < 1 || !Number.isFinite(at)) throw new InvalidCursor();
  return { at, member: cursor.slice(space + 1) };
};

/** RESP3 replies are lists of pairs, RESP2 replies are flat. */
const parseEntries = (reply: unknown): Indexed[] => {
  const flat = Array.isArray(reply) && Array.isArray(reply[0]) ? reply.flat() : reply;
  const texts = toTexts(flat);
  const entries = Array.from({ length: Math.ceil(texts.length / 2) }, (_, i) => ({
    member: texts[2 * i] ?? '',
    at: Number(texts[2 * i + 1]),
  }));
  if (!entries.every(({ at }) => Number.isFinite(at))) throw invalidReply();
  return entries;
};
