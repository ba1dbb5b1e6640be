import type { DatabaseSync } from 'node:sqlite';

/** "PSTN": tells our files from other programs' databases. */
export const applicationId = 0x50_53_54_4e;

/**
 * Step n brings a file from version n to n + 1. Steps are only ever added: a file made by any former release opens.
 *
 * Documents lie in the order in which they came: families are random, and filed by them each commit would touch pages
 * of its own, which are all read, logged and copied. What is filed by name is an index a tenth of the size. `places`
 * repeats its index entries, so that they can be taken out with it and need no second index.
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

/** Runs inside an immediate transaction: of two processes that open an old file, one migrates. */
export const migrate = (db: DatabaseSync): void => {
  const version = readNumber(db, 'user_version');
  if (version >= steps.length) return;
  for (const step of steps.slice(version)) db.exec(step);
  db.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${steps.length}`);
};
