import * as client from 'openid-client';
import t from 'tap';
import { followPages } from '../support/follow-pages.ts';
import { Browser, startServerProcess } from '../support/setup/index.ts';

t.setTimeout(120_000);

const person = { login: 'grace', password: 'a lantern by the harbour' };
const redirectUri = 'http://localhost:4999/callback';

t.test(
  'from an empty store to a person who is signed in by a library, in less than two minutes',
  async (t) => {
    const began = performance.now();
    const server = await startServerProcess(t, { config: { store: { url: 'sqlite:./data/postern.db' } } });
    const issuer = server.url;
    const invited = await server.command(['admin', 'invite', 'grace@example.com', '--json']);
    t.equal(invited.exit, 0, invited.err);

    const browser = new Browser({ 'accept-language': 'en' });
    const invitation = await browser.open(JSON.parse(invited.out).url);
    t.equal((await browser.submit(invitation, { ...person, name: 'Grace' })).status, 200);
    const form = await followPages(browser, `${issuer}/admin/new-client/web`, person);
    t.equal(form.url, `${issuer}/admin/new-client/web`, 'the sign-in leads back to the page');
    const created = await browser.submit(form, { client_name: 'Ledger', redirect_uris: redirectUri });
    t.equal(created.status, 200);
    const variables = Object.fromEntries(
      [...created.body.matchAll(/^.*?(OIDC_[A-Z_]+)=([^\n<]*)/gm)].map(([, name, value]) => [name, value]),
    );
    t.match(variables, { OIDC_ISSUER: issuer, OIDC_REDIRECT_URI: redirectUri });
    const { OIDC_CLIENT_ID: id = '', OIDC_CLIENT_SECRET: secret = '' } = variables;

    const library = await client.discovery(new URL(issuer), id, undefined, client.ClientSecretBasic(secret), {
      execute: [client.allowInsecureRequests],
    });
    const verifier = client.randomPKCECodeVerifier();
    const url = client.buildAuthorizationUrl(library, {
      redirect_uri: redirectUri,
      scope: 'openid profile',
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
    });
    // Another browser, where the person signs in to the application for the first time.
    const other = new Browser();
    let page = await other.open(url.href);
    page = await other.submit(page, person);
    page = await other.submit(page, { decision: 'allow' });
    const callback = new URL(page.headers.get('location') ?? '');
    t.equal(callback.origin + callback.pathname, redirectUri);
    const tokens = await client.authorizationCodeGrant(library, callback, { pkceCodeVerifier: verifier });
    const { sub = '' } = tokens.claims() ?? {};
    const info = await client.fetchUserInfo(library, tokens.access_token, sub);
    t.equal(info['preferred_username'], 'grace');
    t.notOk(server.log().includes(secret), 'the log has no secret');
    t.ok(performance.now() - began < 120_000);
  },
);
