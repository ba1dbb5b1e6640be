import type { Finding } from '#src/store/port.ts';

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
    `The key ${kid} was sealed with another key encryption key than ${origin}.`,
    replace(kid),
  );

export const headDamaged: Finding = finding(
  'key_ring_damaged',
  'The list of keys is damaged; it was read from the index instead.',
  'The next rotation writes it anew: run `postern keys rotate`.',
);

/** Told by a process that had keys before. One that starts finds nothing wrong with a store that has none. */
export const vanished: Finding = {
  code: 'keys_vanished',
  fatal: true,
  message: 'All keys are gone from the store; this server goes on with those it had, and makes no others.',
  fix: 'Restore the store from a backup; or, if it was emptied on purpose, restart every server: the first one makes new keys.',
};
