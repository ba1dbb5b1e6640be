/** @node-oauth/oauth2-server over node:http with a model in memory. It issues the same access tokens and no id tokens. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parse } from 'node:querystring';
import OAuth2Server from '@node-oauth/oauth2-server';
import {
  type Algorithm,
  algorithms,
  audienceOf,
  challenge,
  clientOf,
  clients,
  type MintRequest,
  redirectUri,
  secret,
} from '../fixtures.ts';
import { answer } from '../messages.ts';
import { createSigner } from '../subjects/signing.ts';

const sign = createSigner();
const randomId = (): string => randomBytes(32).toString('base64url');
const now = (): number => Math.floor(Date.now() / 1000);
const codes = new Map<string, OAuth2Server.AuthorizationCode>();
const refreshTokens = new Map<string, OAuth2Server.RefreshToken>();
const user = { id: 'an-account' };

const clientsById = new Map(
  clients.map(({ client_id, grant_types, redirect_uris }) => [
    client_id,
    { id: client_id, grants: grant_types, redirectUris: redirect_uris },
  ]),
);
const algOf = ({ id }: { readonly id: string }): Algorithm =>
  algorithms.find((alg) => clientOf(alg) === id) ?? 'ES256';

const model: OAuth2Server.AuthorizationCodeModel &
  OAuth2Server.RefreshTokenModel &
  OAuth2Server.ClientCredentialsModel = {
  getClient: async (id, given) => (given === null || given === secret ? clientsById.get(id) : undefined),
  generateAccessToken: (client, { id }, scope) =>
    sign(algOf({ id: client.id }), 'at+jwt', {
      jti: randomId(),
      sub: id,
      iat: now(),
      exp: now() + 3600,
      scope: scope?.join(' '),
      client_id: client.id,
      iss: 'http://localhost',
      aud: audienceOf(algOf({ id: client.id })),
    }),
  generateRefreshToken: async () => randomId(),
  getAuthorizationCode: async (code) => codes.get(code),
  revokeAuthorizationCode: async ({ authorizationCode }) => codes.delete(authorizationCode),
  saveAuthorizationCode: async () => undefined,
  getRefreshToken: async (token) => refreshTokens.get(token),
  revokeToken: async ({ refreshToken }) => refreshTokens.delete(refreshToken),
  getUserFromClient: async ({ id }) => ({ id }),
  validateScope: async (_user, _client, scope) => scope ?? ['read'],
  getAccessToken: async () => undefined,
  async saveToken(token, client, tokenUser) {
    const saved = { ...token, client, user: tokenUser };
    if (token.refreshToken)
      refreshTokens.set(token.refreshToken, { ...saved, refreshToken: token.refreshToken });
    return saved;
  },
};

const oauth = new OAuth2Server({ model, allowExtendedTokenAttributes: false });

const readBody = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) text += chunk;
  return text;
};

const server = createServer(async (incoming, outgoing) => {
  const request = new OAuth2Server.Request({
    // Each header has one value, because the generator sends none twice.
    headers: incoming.headers as Record<string, string>,
    method: incoming.method ?? 'POST',
    query: {},
    body: parse(await readBody(incoming)),
  });
  const response = new OAuth2Server.Response({});
  try {
    await oauth.token(request, response);
  } catch (error) {
    response.status = 400;
    response.body = { error: String(error) };
  }
  const text = JSON.stringify(response.body);
  outgoing.writeHead(response.status ?? 200, {
    ...response.headers,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  outgoing.end(text);
}).listen(0, '127.0.0.1');
await once(server, 'listening');

const mint = ({ kind, alg, count }: MintRequest): string[] => {
  const client = clientsById.get(clientOf(alg));
  if (!client) throw new Error('the client of the measurement is missing');
  return Array.from({ length: count }, () => {
    const id = randomId();
    const common = { client, user, scope: ['read'] };
    if (kind === 'refresh-token') {
      refreshTokens.set(id, {
        ...common,
        refreshToken: id,
        refreshTokenExpiresAt: new Date(Date.now() + 1e9),
      });
    } else {
      codes.set(id, {
        ...common,
        authorizationCode: id,
        expiresAt: new Date(Date.now() + 600_000),
        redirectUri,
        codeChallenge: challenge,
        codeChallengeMethod: 'S256',
      });
    }
    return id;
  });
};

answer({
  // A socket has a port once it listens.
  port: () => (server.address() as AddressInfo).port,
  mint,
  collect: () => globalThis.gc?.(),
});
