import { createHash } from 'node:crypto';
import type { Document, Insert, Key } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';

export interface LinkRecord {
  /** A link of one purpose is unknown to every other. */
  readonly purpose: string;
  /** The account that the link is for. An invitation has none. */
  readonly account?: string;
  /** The address whose owner got the link by mail. Using the link proves that the person reads mail there. */
  readonly email?: string;
  /** What else the purpose needs; nothing secret. */
  readonly data?: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

const format = record<LinkRecord>('oneTimeLink');

/** Operators see this id: a hash of the token, so neither the id nor a copy of the store opens anything. */
const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');

export const keyOfHash = (hash: string): Key => ({ kind: kinds.oneTimeLink, family: hash, id: '' });

export const linkKey = (token: string): Key => keyOfHash(hashOf(token));

/** Operators pass the id to commands, which would take a leading dash for the beginning of an option. */
export const isListable = (token: string): boolean => !hashOf(token).startsWith('-');

export const linkIndex = 'one-time-links';

interface InsertOptions {
  readonly expiresAt: number;
  /** Operators can list the links of this purpose. */
  readonly isListed: boolean;
}

export const insertLink = (
  token: string,
  link: LinkRecord,
  { expiresAt, isListed }: InsertOptions,
): Insert => ({
  op: 'insert',
  key: linkKey(token),
  body: format.encode(link),
  expiresAt,
  ...(isListed && { index: [{ index: linkIndex, of: link.purpose, at: link.createdAt }] }),
});

export const readLink = ({ body }: Document): LinkRecord => format.decode(body);
