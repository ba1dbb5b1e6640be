/** The least a server can do: parse the form, one script call to Redis, the same JWTs. No protocol, no checks. */
import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { parse } from 'node:querystring';
import Fastify from 'fastify';
import { Redis } from 'ioredis';
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
import { answer } from '../messages.ts';
import { createSigner } from '../subjects/signing.ts';

const redis = new Redis({ path: process.argv[2] ?? '' });
const sign = createSigner();
const randomId = (): string => randomBytes(32).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1000);

/** Spends one thing and keeps another that has the same content. */
const exchange = `
local found = redis.call('GETDEL', KEYS[1])
if not found then return false end
redis.call('SET', KEYS[2], found, 'EX', ARGV[1])
return found`;

/** Reads a session and keeps a code. */
const issue = `
local found = redis.call('GET', KEYS[1])
if not found then return false end
redis.call('SET', KEYS[2], ARGV[1], 'EX', 600)
return found`;

redis.defineCommand('exchange', { numberOfKeys: 2, lua: exchange });
redis.defineCommand('issue', { numberOfKeys: 2, lua: issue });
type Scripted = Redis & {
  exchange(spent: string, kept: string, seconds: number): Promise<string | null>;
  issue(session: string, code: string, content: string): Promise<string | null>;
};
// `defineCommand` adds what the type says.
const scripted = redis as Scripted;

const server = Fastify();
server.addContentTypeParser(
  'application/x-www-form-urlencoded',
  { parseAs: 'string' },
  (_request, body, done) => done(null, parse(String(body))),
);

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

server.post<{ Body: Record<string, string> }>(paths.token, async ({ body, headers }, reply) => {
  reply.header('cache-control', 'no-store');
  const client =
    Buffer.from(headers.authorization?.slice(6) ?? '', 'base64')
      .toString()
      .split(':')[0] ?? '';
  if (body['grant_type'] === 'client_credentials') {
    return {
      access_token: await accessToken('ES256', client, client),
      expires_in: 600,
      token_type: 'Bearer',
      scope: 'read',
    };
  }
  const refreshToken = randomId();
  const spent = String(body['code'] ?? body['refresh_token']);
  const found = await scripted.exchange(spent, refreshToken, 14 * 86_400);
  if (found === null) return reply.code(400).send({ error: 'invalid_grant' });
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
  return {
    access_token: await accessToken(alg, sub, client),
    expires_in: 3600,
    id_token: await sign(alg, undefined, idToken),
    refresh_token: refreshToken,
    scope: 'read',
    token_type: 'Bearer',
  };
});

server.post<{ Body: Record<string, string> }>(paths.introspect, async ({ body }) => {
  const found = await redis.get(String(body['token']));
  return found === null ? { active: false } : { active: true, ...JSON.parse(found) };
});

server.get(paths.userinfo, async ({ headers }, reply) => {
  const found = await redis.get(headers.authorization?.slice(7) ?? '');
  if (found === null) return reply.code(401).send({ error: 'invalid_token' });
  return { sub: JSON.parse(found).sub, ...claims };
});

server.get<{ Querystring: Record<string, string> }>(paths.authorize, async ({ query, headers }, reply) => {
  const code = randomId();
  const found = await scripted.issue(headers.cookie ?? '', code, JSON.stringify(query));
  if (found === null) return reply.code(400).send({ error: 'login_required' });
  return reply.redirect(`${redirectUri}?code=${code}&state=${query['state']}`, 303);
});

await server.listen({ host: '127.0.0.1', port: 0 });

const mint = async ({ alg, count }: MintRequest): Promise<string[]> => {
  const content = JSON.stringify({
    alg,
    sub: 'an-account',
    client: clientOf(alg),
    nonce: 'a-nonce-of-a-request',
  });
  const made = Array.from({ length: count }, randomId);
  const writes = redis.pipeline();
  for (const id of made) writes.set(id, content, 'EX', 600);
  await writes.exec();
  return made;
};

for (const alg of algorithms) await accessToken(alg, machineClient, machineClient);
answer({
  // A socket has a port once it listens.
  port: () => (server.server.address() as AddressInfo).port,
  mint,
  collect: () => globalThis.gc?.(),
});
