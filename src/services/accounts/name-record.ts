import { createHash } from 'node:crypto';
import type { Document, Insert, Key, Write } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import { foldUsername, nameFamily } from './username.ts';

/**
 * Gives a name to an account. The account is in another family, so a crash on a cluster may leave a name without its
 * account. The record has the name as a hash only, in its key.
 */
interface NameRecord {
  /** `noAccount` for a name that is kept for an account which has left it. */
  readonly id: string;
  /** When the account got the name. Of a kept one, until when it is kept: to 0.1.0 it is taken until then. */
  readonly at: number;
  /** A hash of the id of the account that may take a kept name back. Absent when that account was deleted. */
  readonly formerOwner?: string;
}

/** No account has this id. */
const noAccount = '-';

const format = record<NameRecord>('accountName');

/** The key that reserves a name, which `reservedNames` has folded. */
export const reservationKey = (name: string): Key => ({
  kind: kinds.accountName,
  family: nameFamily(name),
  id: '',
});
export const nameKey = (username: string): Key => reservationKey(foldUsername(username));

export const readName = ({ body }: Document): NameRecord => format.decode(body);

export const isKept = ({ id }: NameRecord): boolean => id === noAccount;

const ownerHash = (id: string): string =>
  createHash('sha256').update(`former owner of a name\n${id}`).digest('base64url').slice(0, 27);

export const isFormerOwner = ({ formerOwner }: NameRecord, id: string): boolean =>
  formerOwner === ownerHash(id);

export const insertName = (name: string, id: string, at: number): Insert => ({
  op: 'insert',
  key: reservationKey(name),
  body: format.encode({ id, at }),
});

/** They fail when the name is not as it was read. The account takes it, without the end that a kept name has. */
export const takeName = (name: string, id: string, at: number, expected: string): readonly Write[] => {
  const key = reservationKey(name);
  const body = format.encode({ id, at });
  return [
    { op: 'replace', key, body, expected },
    { op: 'put', key, body },
  ];
};

/** With this condition, a cluster changes a name only after its account was removed or changed. */
const afterAccount = (key: Key): Write => ({ op: 'merge', key, ifAbsent: 'refuse' });

/** They fail when the name is not as it was read, as one that another account has by now. */
export const removeName = (name: string, body: string): readonly Write[] => {
  const key = reservationKey(name);
  return [afterAccount(key), { op: 'replace', key, body, expected: body }, { op: 'remove', key }];
};

interface Kept {
  readonly until: number;
  /** The id of the account, unless it is deleted. */
  readonly owner: string | undefined;
}

const encodeKept = ({ until, owner }: Kept): string =>
  format.encode({
    id: noAccount,
    at: until,
    ...(owner !== undefined && { formerOwner: ownerHash(owner) }),
  });

/** They fail when the name is not as it was read. */
export const keepName = (name: string, expected: string, kept: Kept): readonly Write[] => {
  const key = reservationKey(name);
  const body = encodeKept(kept);
  return [afterAccount(key), { op: 'replace', key, body, expected, expiresAt: kept.until }];
};

/** Keeps a name that wasn't reserved. It fails when it is by now. */
export const insertKept = (name: string, kept: Kept): Insert => ({
  op: 'insert',
  key: reservationKey(name),
  body: encodeKept(kept),
  expiresAt: kept.until,
});
