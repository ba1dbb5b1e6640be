import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Conflict } from '../../store/errors.ts';
import type { Document, Key, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import { digestOf } from './bearer-token.ts';
import { RegistrationRefused } from './errors.ts';

export interface RegistrationAccessTokens {
  issue(client: string): Promise<string>;
  /** Throws unless this is the current token of the client. */
  check(client: string, token: string): Promise<Document>;
  /** Replaces the token that was checked. Of two concurrent calls only one succeeds. */
  rotate(client: string, checked: Document): Promise<string>;
  remove(client: string): Promise<void>;
}

const newToken = (): string => randomBytes(32).toString('base64url');

const tokenKey = (client: string): Key => ({
  kind: kinds.registrationToken,
  family: hash('sha256', client, 'base64url').slice(0, 27),
  id: '',
});

const format = record<{ readonly digest: string }>('registrationToken');

const encodeToken = (token: string): string =>
  format.encode({ digest: digestOf(token).toString('base64url') });

const unknownToken = (): RegistrationRefused =>
  new RegistrationRefused(401, 'invalid_token', 'the registration access token is not that of this client');

/** RFC 7592 §3: each client has one token. The store keeps only its digest. */
export const createRegistrationAccessTokens = (store: Store): RegistrationAccessTokens => ({
  async issue(client) {
    const token = newToken();
    await store.commit([{ op: 'put', key: tokenKey(client), body: encodeToken(token) }]);
    return token;
  },
  async check(client, token) {
    const [document] = await store.read([tokenKey(client)]);
    if (!document) throw unknownToken();
    const storedDigest = Buffer.from(format.decode(document.body).digest, 'base64url');
    if (!timingSafeEqual(storedDigest, digestOf(token))) throw unknownToken();
    return document;
  },
  async rotate(client, checked) {
    const token = newToken();
    try {
      await store.commit([
        { op: 'replace', key: tokenKey(client), body: encodeToken(token), expected: checked.body },
      ]);
    } catch (error) {
      throw error instanceof Conflict ? unknownToken() : error;
    }
    return token;
  },
  async remove(client) {
    await store.commit([{ op: 'remove', key: tokenKey(client) }]);
  },
});
