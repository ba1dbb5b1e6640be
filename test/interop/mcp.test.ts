import { auth, type OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import type {
  OAuthClientInformationMixed,
  OAuthClientMetadata,
  OAuthTokens,
} from '@modelcontextprotocol/sdk/shared/auth.js';
import { freePort } from 'postern/testing';
import t from 'tap';
import { Browser } from '../support/setup/index.ts';
import { person, startApplication, startInteropServer } from './application.ts';

const port = await freePort();
const apiUrl = (name: string): string => `http://localhost:${port}/${name}`;
const apis = [
  { name: 'publishes-scopes', scopes: ['notes:read', 'notes:write'], published: ['notes:read'] },
  { name: 'publishes-none', scopes: ['lists:read', 'lists:write'], defaults: ['lists:read'] },
  { name: 'has-none', scopes: [] },
] as const;

const server = await startInteropServer(t, {
  registration: { enabled: true },
  resources: apis.map(({ name, scopes, ...api }) => ({
    audience: apiUrl(name),
    scopes,
    self_described_clients: true,
    ...('defaults' in api && { default_scopes: api.defaults }),
  })),
});

/** The MCP servers: they serve their metadata (RFC 9728) only. */
const mcpServers = await startApplication(
  { id: '', secret: '', home: '', port, redirectUri: '' },
  ({ url }, response) => {
    const api = apis.find(({ name }) => url === `/.well-known/oauth-protected-resource/${name}`);
    if (api === undefined) return void response.writeHead(404).end();
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({
        resource: apiUrl(api.name),
        authorization_servers: [server.issuer],
        ...('published' in api && { scopes_supported: api.published }),
      }),
    );
  },
);
t.teardown(() => mcpServers.close());

/** An application that knows nothing of the server but its URL, and keeps what the SDK gives it. */
class Agent implements OAuthClientProvider {
  readonly redirectUrl = 'http://localhost:4997/callback';
  readonly clientMetadata: OAuthClientMetadata = {
    client_name: 'An agent',
    redirect_uris: [this.redirectUrl],
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    token_endpoint_auth_method: 'none',
  };
  information: OAuthClientInformationMixed | undefined;
  saved: OAuthTokens | undefined;
  authorization = new URL('http://localhost/');
  #verifier = '';
  clientInformation = () => this.information;
  saveClientInformation = (given: OAuthClientInformationMixed) => {
    this.information = given;
  };
  tokens = () => this.saved;
  saveTokens = (tokens: OAuthTokens) => {
    this.saved = tokens;
  };
  redirectToAuthorization = (url: URL) => {
    this.authorization = url;
  };
  saveCodeVerifier = (verifier: string) => {
    this.#verifier = verifier;
  };
  codeVerifier = () => this.#verifier;
}

for (const { name } of apis) {
  t.test(`the MCP SDK registers, signs in and refreshes at an API that ${name}`, async (t) => {
    const agent = new Agent();
    const serverUrl = apiUrl(name);
    t.equal(await auth(agent, { serverUrl }), 'REDIRECT');
    t.match(agent.information, { client_id: String });
    const browser = new Browser();
    let page = await browser.open(agent.authorization.href);
    if (page.body.includes('login-submit')) page = await browser.submit(page, { ...person });
    if (page.body.includes('consent-allow')) page = await browser.submit(page, { decision: 'allow' });
    const location = page.headers.get('location') ?? '';
    const authorizationCode = URL.parse(location)?.searchParams.get('code') ?? '';
    t.equal(await auth(agent, { serverUrl, authorizationCode }), 'AUTHORIZED', location);
    const first = agent.saved;
    t.match(first, { access_token: String, refresh_token: String });
    t.equal(await auth(agent, { serverUrl }), 'AUTHORIZED', 'by the refresh token');
    t.not(agent.saved?.access_token, first?.access_token);
  });
}
