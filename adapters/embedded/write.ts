import type { DatabaseSync } from 'node:sqlite';
import { Conflict } from '#src/store/errors.ts';
import type { ConsumeWrite, Key, Merge, Put, Replace, Write } from '#src/store/port.ts';
import { createIndexRows } from './index-rows.ts';
import {
  type ContentRow,
  contentColumns,
  formatFields,
  formatIndexEntries,
  isLive,
  mergeFields,
  query,
} from './rows.ts';

const at = 'family = ? AND kind = ? AND id = ?';
const live = '(expires_at IS NULL OR expires_at > ?)';

/** The new content of a document, in the order of the columns. */
type NewContent = readonly [
  body: string,
  fields: string | null,
  entries: string | null,
  expiresAt: number | null,
];

/** A merge that changes nothing only asks whether there is a document. */
export const changesNothing = (write: Write): boolean =>
  write.op === 'merge' &&
  write.body === undefined &&
  write.fields === undefined &&
  write.expiresAt === undefined &&
  write.index === undefined;

/** The writes of the port. Each runs inside the caller's transaction, and a `Conflict` ends it. */
export const createWrite = (db: DatabaseSync) => {
  const indexRows = createIndexRows(db);
  const select = query<ContentRow>(db, `SELECT ${contentColumns} FROM documents d WHERE ${at}`);
  const insert = db.prepare(
    'INSERT INTO documents (family, kind, id, body, parts, places, expires_at) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  );
  const renew = db.prepare(
    `UPDATE documents SET body = ?, parts = ?, places = ?, expires_at = ?, nonce = NULL, claimed_at = NULL WHERE ${at}`,
  );
  const update = db.prepare(
    `UPDATE documents SET body = ?, parts = ?, places = ?, expires_at = ? WHERE ${at}`,
  );
  const consumeStatement = db.prepare(
    `UPDATE documents SET nonce = ?, claimed_at = ? WHERE ${at} AND nonce IS NULL AND ${live}`,
  );
  const remove = query<readonly [string | null]>(db, `DELETE FROM documents WHERE ${at} RETURNING places`);

  const find = ({ family, kind, id }: Key): ContentRow | undefined => select.one(family, kind, id);

  const findLive = (key: Key, now: number): ContentRow | undefined => {
    const row = find(key);
    return row && isLive(row, now) ? row : undefined;
  };

  const store = (write: Omit<Put, 'op'>, refuse?: (former: ContentRow) => void): void => {
    const { key } = write;
    const { family, kind, id } = key;
    const entries = formatIndexEntries(write.index);
    const fresh: NewContent = [write.body, formatFields(write.fields), entries, write.expiresAt ?? null];
    if (insert.run(family, kind, id, ...fresh).changes === 0) {
      const former = find(key);
      if (former) {
        refuse?.(former);
        indexRows.remove(key, former[5]);
      }
      renew.run(...fresh, family, kind, id);
    }
    if (entries !== null) indexRows.add(key, entries);
  };

  /** Keeps everything that the write doesn't name. */
  const alter = ({ key, ...write }: Merge | Replace, former: ContentRow): void => {
    const entries = write.index?.length ? formatIndexEntries(write.index) : former[5];
    const fresh: NewContent = [
      write.body ?? former[0],
      write.fields ? mergeFields(former[1], write.fields) : former[1],
      entries,
      write.expiresAt ?? former[4],
    ];
    update.run(...fresh, key.family, key.kind, key.id);
    if (entries === former[5]) return;
    indexRows.remove(key, former[5]);
    indexRows.add(key, entries);
  };

  const replace = (write: Replace, now: number): void => {
    const former = findLive(write.key, now);
    if (!former) throw new Conflict(write.key, 'absent');
    if (former[0] !== write.expected) throw new Conflict(write.key, 'changed');
    alter(write, former);
  };

  const merge = (write: Merge, now: number): void => {
    const former = findLive(write.key, now);
    if (!former) {
      if (write.ifAbsent === 'skip') return;
      throw new Conflict(write.key, 'absent');
    }
    if (!changesNothing(write)) alter(write, former);
  };

  const consume = ({ key, at }: ConsumeWrite, now: number, nonce: string): void => {
    if (consumeStatement.run(nonce, at, key.family, key.kind, key.id, now).changes === 1) return;
    const former = findLive(key, now);
    if (!former) throw new Conflict(key, 'absent');
    throw new Conflict(key, 'consumed', { nonce: former[2] ?? '', at: former[3] ?? 0 });
  };

  return (write: Write, now: number, nonce: string): void => {
    switch (write.op) {
      case 'put':
        store(write);
        break;
      case 'insert':
        store(write, (former) => {
          if (isLive(former, now)) throw new Conflict(write.key, 'exists');
        });
        break;
      case 'replace':
        replace(write, now);
        break;
      case 'merge':
        merge(write, now);
        break;
      case 'consume':
        consume(write, now, nonce);
        break;
      case 'remove': {
        const { family, kind, id } = write.key;
        indexRows.remove(write.key, remove.one(family, kind, id)?.[0] ?? null);
      }
    }
  };
};
