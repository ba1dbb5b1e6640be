import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Conflict } from '../../store/errors.ts';
import type { Document, Key, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import { RegistrationRefused } from './errors.ts';

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

const bearer = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/** RFC 6750 §2.1. */
export const bearerTokenIn = (header: string | undefined): string => {
  const token = bearer.exec(header ?? '')?.[1];
  if (token === undefined)
    throw new RegistrationRefused(401, 'invalid_token', 'send a token as Authorization: Bearer');
  return token;
};

/** All are compared, so that the time doesn't tell which one was nearly right. */
export const isOneOf = (given: string, tokens: readonly string[]): boolean => {
  const givenDigest = digest(given);
  return tokens.map((token) => timingSafeEqual(digest(token), givenDigest)).includes(true);
};

export interface RegistrationAccessTokens {
  issue(client: string): Promise<string>;
  /** Refuses a token that is not the client's of this moment. */
  check(client: string, token: string): Promise<Document>;
  /** A new one for the one that was checked; of two who try, one has it. */
  rotate(client: string, checked: Document): Promise<string>;
  remove(client: string): Promise<void>;
}

const tokenKey = (client: string): Key => ({
  kind: kinds.registrationToken,
  family: hash('sha256', client, 'base64url').slice(0, 27),
  id: '',
});

const format = record<{ readonly digest: string }>('registrationToken');

const encodeToken = (token: string): string => format.encode({ digest: digest(token).toString('base64url') });

const unknownToken = (): RegistrationRefused =>
  new RegistrationRefused(401, 'invalid_token', 'the registration access token is not that of this client');

/** RFC 7592 §3: one token a client, kept as a digest. */
export const createRegistrationAccessTokens = (store: Store): RegistrationAccessTokens => ({
  async issue(client) {
    const token = randomBytes(32).toString('base64url');
    await store.commit([{ op: 'put', key: tokenKey(client), body: encodeToken(token) }]);
    return token;
  },
  async check(client, token) {
    const [document] = await store.read([tokenKey(client)]);
    if (!document) throw unknownToken();
    const storedDigest = Buffer.from(format.decode(document.body).digest, 'base64url');
    if (!timingSafeEqual(storedDigest, digest(token))) throw unknownToken();
    return document;
  },
  async rotate(client, checked) {
    const token = randomBytes(32).toString('base64url');
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
