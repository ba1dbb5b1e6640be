// An Express application that signs people in with openid-client, by code and PKCE, and signs them out again.
import { randomBytes } from 'node:crypto';
import express from 'express';
import session from 'express-session';
import * as oidc from 'openid-client';

const {
  ISSUER = 'http://localhost:3000',
  CLIENT_ID = 'demo-web',
  CLIENT_SECRET = '',
  PORT = '3001',
} = process.env;
const home = `http://localhost:${PORT}/`;
const redirect_uri = `${home}callback`;

// Plain http is for development on one machine. A server behind https needs no such option.
const insecure = ISSUER.startsWith('http:') ? { execute: [oidc.allowInsecureRequests] } : {};
const server = await oidc.discovery(
  new URL(ISSUER),
  CLIENT_ID,
  CLIENT_SECRET,
  oidc.ClientSecretBasic(CLIENT_SECRET),
  insecure,
);

const escaped = (text) => String(text).replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`);

const app = express();
app.use(
  session({
    secret: randomBytes(32).toString('hex'),
    resave: false,
    saveUninitialized: false,
    cookie: { sameSite: 'lax' },
  }),
);

app.get('/', (request, response) => {
  const { person } = request.session;
  if (!person) return response.send('<p><a href="/login">Sign in</a>');
  return response.send(`<p>Hello ${escaped(person.name ?? person.sub)} <a href="/logout">Sign out</a>`);
});

app.get('/login', async (request, response) => {
  const verifier = oidc.randomPKCECodeVerifier();
  const expected = { state: oidc.randomState(), nonce: oidc.randomNonce() };
  request.session.pending = { verifier, ...expected };
  const url = oidc.buildAuthorizationUrl(server, {
    redirect_uri,
    scope: 'openid profile email',
    code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...expected,
  });
  response.redirect(303, url.href);
});

app.get('/callback', async (request, response) => {
  const { verifier, state, nonce } = request.session.pending ?? {};
  if (!state) return response.redirect(303, '/login');
  const tokens = await oidc.authorizationCodeGrant(server, new URL(request.url, home), {
    pkceCodeVerifier: verifier,
    expectedState: state,
    expectedNonce: nonce,
  });
  const person = await oidc.fetchUserInfo(server, tokens.access_token, tokens.claims().sub);
  // A new session id after the sign-in defeats session fixation.
  await new Promise((done) => request.session.regenerate(done));
  Object.assign(request.session, { person, idToken: tokens.id_token });
  return response.redirect(303, '/');
});

app.get('/logout', (request, response) => {
  const { idToken } = request.session;
  const url = oidc.buildEndSessionUrl(server, { id_token_hint: idToken, post_logout_redirect_uri: home });
  request.session.destroy(() => response.redirect(303, url.href));
});

app.listen(Number(PORT), '127.0.0.1', () => console.log(`listening on ${home}`));
