import type { DatabaseSync } from 'node:sqlite';

/** "PSTN" marks the files of Postern. */
export const applicationId = 0x50_53_54_4e;

/**
 * Step n migrates a file from version n to n + 1. Steps are only added, so a file of any former release opens.
 *
 * Rows of `documents` are in the order of insertion. Families are random: rows ordered by them would make each commit
 * read, log and copy many pages. The unique index, which is a tenth of the size, finds them by key. The column `places`
 * repeats the index entries of a document, so that they can be removed with it without a second index.
 */
export const steps: readonly string[] = [
  `CREATE TABLE documents (
     family TEXT NOT NULL,
     kind TEXT NOT NULL,
     id TEXT NOT NULL,
     body TEXT NOT NULL,
     parts TEXT,
     nonce TEXT,
     claimed_at INTEGER,
     places TEXT,
     expires_at INTEGER,
     UNIQUE (family, kind, id)
   );
   CREATE INDEX documents_by_end ON documents (expires_at) WHERE expires_at IS NOT NULL;
   CREATE TABLE places (
     list TEXT NOT NULL,
     owner TEXT NOT NULL,
     at INTEGER NOT NULL,
     family TEXT NOT NULL,
     kind TEXT NOT NULL,
     id TEXT NOT NULL,
     PRIMARY KEY (list, owner, at, family, kind, id)
   ) WITHOUT ROWID;
   CREATE TABLE tallies (
     counter TEXT PRIMARY KEY,
     count INTEGER NOT NULL,
     ends_at INTEGER NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX tallies_by_end ON tallies (ends_at);
   CREATE TABLE announcements (
     seq INTEGER PRIMARY KEY AUTOINCREMENT,
     origin TEXT NOT NULL,
     topic TEXT NOT NULL,
     message TEXT NOT NULL,
     at INTEGER NOT NULL
   );`,
];

export const readNumber = (db: DatabaseSync, pragma: string): number =>
  Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0] ?? 0);

/** Runs inside an immediate transaction, so only one of two processes that open an old file migrates it. */
export const migrate = (db: DatabaseSync): void => {
  const version = readNumber(db, 'user_version');
  if (version >= steps.length) return;
  for (const step of steps.slice(version)) db.exec(step);
  db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${steps.length}`);
};
