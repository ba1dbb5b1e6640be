import { familyOf } from '../../provider/storage/ids.ts';
import type { Key } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';

/**
 * Names a session or a grant for operators and account pages: the family of its record after a prefix. The prefix tells
 * both apart, and keeps an id from starting with a dash. It is no bearer value: the family is the part of cookies and
 * tokens that isn't secret.
 */
const prefixes = { [kinds.session]: 'se_', [kinds.grant]: 'gr_' } as const;

const family = /^[A-Za-z0-9_-]{12}$/;

export const recordIdOf = ({ kind, family: id }: Key): string => `${prefixes[kind] ?? ''}${id}`;

/** The id of the session with this `uid` of the engine. */
export const sessionIdOf = (uid: string): string =>
  recordIdOf({ kind: kinds.session, family: familyOf(uid), id: '' });

/** The id of the session in this family of records. */
export const sessionIdOfFamily = (family: string): string =>
  recordIdOf({ kind: kinds.session, family, id: '' });

/** Undefined for what is no id of this kind. */
export const keyOfSession = (id: string): Key | undefined => keyOf(kinds.session, id);
export const keyOfGrant = (id: string): Key | undefined => keyOf(kinds.grant, id);

const keyOf = (kind: string, id: string): Key | undefined => {
  const prefix = prefixes[kind] ?? '';
  const rest = id.slice(prefix.length);
  return id.startsWith(prefix) && family.test(rest) ? { kind, family: rest, id: '' } : undefined;
};
