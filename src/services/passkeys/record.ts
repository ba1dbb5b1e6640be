import { createHash } from 'node:crypto';
import type { Document, Insert, Key, Write } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';

export interface StoredPasskey {
  /** The credential id in base64url. */
  readonly id: string;
  /** The COSE key in base64url. */
  readonly publicKey: string;
  readonly counter: number;
  /** What the browser said about how to reach the authenticator; it goes into later requests. */
  readonly transports: readonly string[];
  readonly aaguid: string;
  /** The person's own name for it. */
  readonly name?: string;
  /** The authenticator may copy it to other devices. It never changes. */
  readonly multiDevice: boolean;
  /** It was copied. This may change at each sign-in. */
  readonly backedUp: boolean;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly lastUsedAt?: number;
}

/** The passkeys of one account in one document, so that the last one is removed by one request of several at most. */
export interface PasskeysRecord {
  readonly passkeys: readonly StoredPasskey[];
  /** When the person last declined the offer to create one. Milliseconds since the epoch. */
  readonly declinedAt?: number;
}

interface OwnerRecord {
  readonly account: string;
}

const passkeysFormat = record<PasskeysRecord>('passkeys');
const ownerFormat = record<OwnerRecord>('passkeyOwner');

/** It is in the family of the account, so that both can be committed together. */
export const passkeysKey = (account: string): Key => ({ kind: kinds.passkeys, family: account, id: '' });

/** A credential id belongs to one account (WebAuthn §7.1, step 26). Authenticators choose its length, hence the hash. */
export const ownerKey = (credentialId: string): Key => ({
  kind: kinds.passkeyOwner,
  family: createHash('sha256').update(credentialId).digest('base64url'),
  id: '',
});

/**
 * Names a passkey in URLs and for commands: credential ids are too long for that. The prefix keeps a command from parsing
 * a leading dash as an option.
 */
export const idOf = ({ id }: Pick<StoredPasskey, 'id'>): string =>
  `pk_${createHash('sha256').update(id).digest('base64url').slice(0, 16)}`;

export const readPasskeys = (document: Document | undefined): PasskeysRecord =>
  document === undefined ? { passkeys: [] } : passkeysFormat.decode(document.body);

export const readOwner = ({ body }: Document): string => ownerFormat.decode(body).account;

/** Fails when another request changed the passkeys of the account since `former` was read. */
export const replacePasskeys = (
  account: string,
  former: Document | undefined,
  next: PasskeysRecord,
): Write => {
  const key = passkeysKey(account);
  const body = passkeysFormat.encode(next);
  return former === undefined
    ? { op: 'insert', key, body }
    : { op: 'replace', key, body, expected: former.body };
};

export const insertOwner = (credentialId: string, account: string): Insert => ({
  op: 'insert',
  key: ownerKey(credentialId),
  body: ownerFormat.encode({ account }),
});
