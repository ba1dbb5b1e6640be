import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import { Conflict } from '../../store/errors.ts';
import type { Document, Key, Store } from '../../store/port.ts';
import { Refused } from './refused.ts';

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

const bearer = /^Bearer ([A-Za-z0-9._~+/-]+=*)$/i;

/** RFC 6750 §2.1. */
export const bearerIn = (header: string | undefined): string => {
  const token = bearer.exec(header ?? '')?.[1];
  if (token === undefined) throw new Refused(401, 'invalid_token', 'send a token as Authorization: Bearer');
  return token;
};

/** All are compared, so that the time doesn't tell which one was nearly right. */
export const isOneOf = (given: string, tokens: readonly string[]): boolean => {
  const found = digest(given);
  return tokens.map((token) => timingSafeEqual(digest(token), found)).includes(true);
};

export interface AccessTokens {
  issue(client: string): Promise<string>;
  /** Refuses a token that is not the client's of this moment. */
  check(client: string, token: string): Promise<Document>;
  /** A new one for the one that was checked; of two who try, one has it. */
  rotate(client: string, checked: Document): Promise<string>;
  remove(client: string): Promise<void>;
}

const keyOf = (client: string): Key => ({
  kind: 'ra',
  family: hash('sha256', client, 'base64url').slice(0, 27),
  id: '',
});

const bodyOf = (token: string): string =>
  JSON.stringify({ v: 1, digest: digest(token).toString('base64url') });

const unknown = (): Refused =>
  new Refused(401, 'invalid_token', 'the registration access token is not that of this client');

/** RFC 7592 §3: one token a client, kept as a digest. */
export const createAccessTokens = (store: Store): AccessTokens => ({
  async issue(client) {
    const token = randomBytes(32).toString('base64url');
    await store.commit([{ op: 'put', key: keyOf(client), body: bodyOf(token) }]);
    return token;
  },
  async check(client, token) {
    const [document] = await store.read([keyOf(client)]);
    if (!document) throw unknown();
    const kept = Buffer.from(String(JSON.parse(document.body).digest), 'base64url');
    if (!timingSafeEqual(kept, digest(token))) throw unknown();
    return document;
  },
  async rotate(client, checked) {
    const token = randomBytes(32).toString('base64url');
    try {
      await store.commit([
        { op: 'replace', key: keyOf(client), body: bodyOf(token), expected: checked.body },
      ]);
    } catch (error) {
      throw error instanceof Conflict ? unknown() : error;
    }
    return token;
  },
  async remove(client) {
    await store.commit([{ op: 'remove', key: keyOf(client) }]);
  },
});
