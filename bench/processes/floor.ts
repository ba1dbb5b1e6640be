/**
 * The least a server can do: parse the form, one round trip to its storage, the same JWTs, one log line and one audit
 * record. It knows no protocol and checks nothing. The first argument is a socket of Redis; without one it keeps
 * everything in SQLite files of the working directory.
 *
 * Results are ratios to this server, so it doesn't change: test/bench/floor.test.ts holds a hash of it and of the folder
 * `floor`. The log line and the audit record are written by Postern's code, so when those get cheaper, the floor does too.
 */
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { parse } from 'node:querystring';
import Fastify, { type FastifyRequest } from 'fastify';
import {
  type Algorithm,
  algorithms,
  audienceOf,
  claims,
  clientOf,
  type MintRequest,
  machineClient,
  paths,
  redirectUri,
} from '../fixtures.ts';
import { observe } from '../floor/observability.ts';
import { openRedisStorage } from '../floor/redis-storage.ts';
import { openSqliteStorage } from '../floor/sqlite-storage.ts';
import { answer } from '../messages.ts';
import { createSigner } from '../subjects/signing.ts';

const [socket] = process.argv.slice(2);
const storage = socket === undefined ? openSqliteStorage('./floor.db') : openRedisStorage(socket);
const storeUrl = socket === undefined ? 'sqlite:./audit.db' : `redis+unix://${socket}`;
const refreshLifetime = 14 * 86_400;
const sign = createSigner();
const randomId = (): string => randomBytes(32).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1000);

const server = Fastify();
server.addContentTypeParser(
  'application/x-www-form-urlencoded',
  { parseAs: 'string' },
  (_request, body, done) => done(null, parse(String(body))),
);
const emit = await observe(server, storeUrl);

const emitSuccess = (
  type: string,
  { id, ip }: FastifyRequest,
  about: { readonly client: string; readonly account?: string; readonly grant_type?: string | undefined },
): void => {
  const { grant_type, ...parties } = about;
  emit({
    type,
    outcome: 'ok',
    correlation: id,
    address: ip,
    ...parties,
    details: { door: 'engine', ...(grant_type !== undefined && { grant_type }) },
  });
};

const accessToken = (alg: Algorithm, sub: string, client: string): Promise<string> =>
  sign(alg, 'at+jwt', {
    jti: randomId(),
    sub,
    iat: now(),
    exp: now() + 3600,
    scope: 'read',
    client_id: client,
    iss: 'http://localhost',
    aud: audienceOf(alg),
  });

server.post<{ Body: Record<string, string> }>(paths.token, async (request, reply) => {
  const { body, headers } = request;
  const { grant_type } = body;
  reply.header('cache-control', 'no-store');
  const client =
    Buffer.from(headers.authorization?.slice(6) ?? '', 'base64')
      .toString()
      .split(':')[0] ?? '';
  if (grant_type === 'client_credentials') {
    const access_token = await accessToken('ES256', client, client);
    emitSuccess('token.issued', request, { client, grant_type });
    return { access_token, expires_in: 600, token_type: 'Bearer', scope: 'read' };
  }
  const refreshToken = randomId();
  const consumed = String(body['code'] ?? body['refresh_token']);
  const found = await storage.exchange(consumed, refreshToken, refreshLifetime);
  if (found === undefined) return reply.code(400).send({ error: 'invalid_grant' });
  const { alg, sub, nonce } = JSON.parse(found);
  const idToken = {
    sub,
    nonce,
    aud: client,
    iss: 'http://localhost',
    iat: now(),
    exp: now() + 3600,
    auth_time: now(),
    at_hash: randomId(),
  };
  const answerBody = {
    access_token: await accessToken(alg, sub, client),
    expires_in: 3600,
    id_token: await sign(alg, undefined, idToken),
    refresh_token: refreshToken,
    scope: 'read',
    token_type: 'Bearer',
  };
  emitSuccess('token.issued', request, { client, account: sub, grant_type });
  return answerBody;
});

server.post<{ Body: Record<string, string> }>(paths.introspect, async ({ body }) => {
  const found = await storage.get(String(body['token']));
  return found === undefined ? { active: false } : { active: true, ...JSON.parse(found) };
});

server.get(paths.userinfo, async ({ headers }, reply) => {
  const found = await storage.get(headers.authorization?.slice(7) ?? '');
  if (found === undefined) return reply.code(401).send({ error: 'invalid_token' });
  return { sub: JSON.parse(found).sub, ...claims };
});

server.get<{ Querystring: Record<string, string> }>(paths.authorize, async (request, reply) => {
  const { query, headers } = request;
  const code = randomId();
  const found = await storage.issue(headers.cookie ?? '', code, JSON.stringify(query));
  if (found === undefined) return reply.code(400).send({ error: 'login_required' });
  const { sub } = JSON.parse(found);
  emitSuccess('authorization.granted', request, { client: query['client_id'] ?? '', account: sub });
  return reply.redirect(`${redirectUri}?code=${code}&state=${query['state']}`, 303);
});

await server.listen({ host: '127.0.0.1', port: 0 });

/** Each credential has an account of its own, because the audit record merges what one account repeats. */
const mint = async ({ alg, count }: MintRequest): Promise<string[]> => {
  const ids = Array.from({ length: count }, randomId);
  for (const id of ids) {
    const content = { alg, sub: randomId(), client: clientOf(alg), nonce: 'a-nonce-of-a-request' };
    await storage.putAll([id], JSON.stringify(content));
  }
  return ids;
};

for (const alg of algorithms) await accessToken(alg, machineClient, machineClient);
answer({
  // A socket has a port once it listens.
  port: () => (server.server.address() as AddressInfo).port,
  mint,
  collect: () => globalThis.gc?.(),
});
