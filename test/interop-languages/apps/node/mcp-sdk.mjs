// An agent with the client of the MCP SDK for TypeScript, and an MCP server that serves its metadata (RFC 9728) only.
import { createServer } from 'node:http';
// biome-ignore lint/correctness/noUndeclaredDependencies: the runner installs it, in the folder that it copies this file to.
import { auth } from '@modelcontextprotocol/client';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const { ISSUER: issuer, RESOURCE: resource, PORT: port } = process.env;
const callback = Promise.withResolvers();

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, resource);
  if (pathname === '/callback') {
    response.end('You can close this page.');
    return callback.resolve(searchParams);
  }
  if (!pathname.startsWith('/.well-known/oauth-protected-resource')) return response.writeHead(404).end();
  response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify({ resource, authorization_servers: [issuer] }));
}).listen(port, 'localhost');

/** Keeps what the SDK gives it, and prints the address that a browser should open. */
const kept = {};
const agent = {
  redirectUrl: `http://localhost:${port}/callback`,
  clientMetadata: {
    client_name: 'An agent',
    redirect_uris: [`http://localhost:${port}/callback`],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  },
  clientInformation: () => kept.client,
  saveClientInformation: (client) => {
    kept.client = client;
  },
  tokens: () => kept.tokens,
  saveTokens: (tokens) => {
    kept.tokens = tokens;
  },
  redirectToAuthorization: (url) => console.log(url.href),
  saveCodeVerifier: (verifier) => {
    kept.verifier = verifier;
  },
  codeVerifier: () => kept.verifier,
};

/** The person in an access token for this API. */
const personOf = async (token) => {
  const keys = createRemoteJWKSet(new URL(`${issuer}/oauth/jwks`));
  const { payload } = await jwtVerify(token, keys, { issuer, audience: resource });
  return payload.sub;
};

await auth(agent, { serverUrl: resource });
const answer = await callback.promise;
await auth(agent, {
  serverUrl: resource,
  authorizationCode: answer.get('code'),
  iss: answer.get('iss'),
});
const first = kept.tokens.access_token;
const person = await personOf(first);
await auth(agent, { serverUrl: resource });
const again = kept.tokens.access_token;
if (again === first) throw new Error('the refresh brought no new token');
console.log(JSON.stringify({ arrived: person, refreshed: (await personOf(again)) === person }));
process.exit();
