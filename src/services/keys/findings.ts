import type { Finding } from '../../store/port.ts';

const finding = (code: string, message: string, fix: string): Finding => ({
  code,
  fatal: false,
  message,
  fix,
});

const replace = (kid: string) =>
  `Restore the record from a backup, or restart (a successor signs) and run \`postern keys prune --kid ${kid}\`.`;

export const damaged = (kid: string): Finding =>
  finding('key_damaged', `The record of the key ${kid} is damaged.`, replace(kid));

export const missing = (kid: string): Finding =>
  finding('key_lost', `The record of the key ${kid} is gone from the store.`, replace(kid));

export const encryptedElsewhere = (kid: string, origin: string): Finding =>
  finding(
    'key_sealed_elsewhere',
    `The key ${kid} was encrypted with another key encryption key than ${origin}.`,
    replace(kid),
  );

export const headDamaged: Finding = finding(
  'key_ring_damaged',
  'The list of keys is damaged; it was read from the index instead.',
  'The next rotation rewrites it: run `postern keys rotate`.',
);

/** Reported by a process that had keys before. At start a store without keys is a new one. */
export const vanished: Finding = {
  code: 'keys_vanished',
  fatal: true,
  message:
    'All keys are gone from the store; this server continues with the keys it had, and creates no others.',
  fix: 'Restore the store from a backup; or, if it was emptied on purpose, restart every server: the first one creates new keys.',
};
