import { hash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Document, Key, Store, Write } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import { digestOf } from './bearer-token.ts';
import { unknownToken } from './errors.ts';

interface NewAccessToken {
  readonly token: string;
  /** Stores the token. The caller commits it together with the client. */
  readonly writes: readonly Write[];
}

export interface RegistrationAccessTokens {
  /** The first token of a client. */
  create(client: string): NewAccessToken;
  /** Throws unless this is the current token of the client. */
  check(client: string, token: string): Promise<Document>;
  /** The token after the one that was checked. The commit is refused if that one is not the current token any more. */
  replace(client: string, checked: Document): NewAccessToken;
  /** The writes that remove the token that was checked. The commit is refused if it is not the current one any more. */
  removal(client: string, checked: Document): readonly Write[];
  /** Removes the token of a client that is gone. */
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

/**
 * RFC 7592 §3: each client has one token, of which the store keeps only the digest. A change of the client and its token
 * are one commit, with the token as its condition. In two commits, a change with a token that was replaced meanwhile
 * would be refused and stored all the same.
 */
export const createRegistrationAccessTokens = (store: Store): RegistrationAccessTokens => ({
  create(client) {
    const token = newToken();
    return { token, writes: [{ op: 'put', key: tokenKey(client), body: encodeToken(token) }] };
  },
  async check(client, token) {
    const [document] = await store.read([tokenKey(client)]);
    if (!document) throw unknownToken();
    const storedDigest = Buffer.from(format.decode(document.body).digest, 'base64url');
    if (!timingSafeEqual(storedDigest, digestOf(token))) throw unknownToken();
    return document;
  },
  replace(client, { body: expected }) {
    const token = newToken();
    return {
      token,
      writes: [{ op: 'replace', key: tokenKey(client), body: encodeToken(token), expected }],
    };
  },
  removal(client, { body }) {
    const key = tokenKey(client);
    return [
      { op: 'replace', key, body, expected: body },
      { op: 'remove', key },
    ];
  },
  async remove(client) {
    await store.commit([{ op: 'remove', key: tokenKey(client) }]);
  },
});
