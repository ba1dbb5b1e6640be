import { ExpressAuth, getSession } from '@auth/express';
import oauth2 from '@fastify/oauth2';
import express from 'express';
import openid from 'express-openid-connect';
import session from 'express-session';
import Fastify from 'fastify';
import passport from 'passport';
import OAuth2Strategy from 'passport-oauth2';
import OpenIDConnectStrategy from 'passport-openidconnect';
import t from 'tap';
import { followPages } from '../support/follow-pages.ts';
import { Browser } from '../support/setup/index.ts';
import { person, profile, registerApplication, startApplication, startInteropServer } from './application.ts';

const server = await startInteropServer(t);
const { issuer } = server;

const endpoints = {
  authorizationURL: `${issuer}/oauth/authorize`,
  tokenURL: `${issuer}/oauth/token`,
};

const sessions = () =>
  session({
    secret: 'only for this test',
    resave: false,
    saveUninitialized: false,
    cookie: { secure: false },
  });

const withPassport = (strategy: passport.Strategy): express.Express => {
  const app = express();
  app.use(sessions());
  const guard = new passport.Passport();
  guard.use('postern', strategy);
  app.use(guard.initialize());
  app.get('/login', guard.authenticate('postern', { session: false }));
  app.get('/callback', guard.authenticate('postern', { session: false }), (request, response) => {
    response.json(request.user);
  });
  app.use(((error, _request, response, _next) => {
    response.status(500).json({ message: String(error.message) });
  }) satisfies express.ErrorRequestHandler);
  return app;
};

t.test('passport-openidconnect', async (t) => {
  // It sends a nonce instead of a challenge (RFC 9700 §2.1.1), and posts its secret.
  const client = await registerApplication(server, 'web', {
    token_endpoint_auth_method: 'client_secret_post',
  });
  const app = withPassport(
    new OpenIDConnectStrategy(
      {
        issuer,
        ...endpoints,
        userInfoURL: `${issuer}/userinfo`,
        clientID: client.id,
        clientSecret: client.secret,
        callbackURL: client.redirectUri,
        scope: 'profile email',
        nonce: 'yes',
        skipUserProfile: false,
      },
      (iss: string, found: passport.Profile, done: OpenIDConnectStrategy.VerifyCallback) =>
        done(null, { iss, ...found }),
    ),
  );
  const open = await startApplication(client, app);
  t.teardown(() => open.close());
  const page = await followPages(new Browser(), `${client.home}/login`, person);
  t.match(JSON.parse(page.body), {
    iss: issuer,
    displayName: profile.name,
    emails: [{ value: profile.email }],
  });
});

t.test('passport-oauth2, with PKCE', async (t) => {
  const client = await registerApplication(server, 'web', {
    token_endpoint_auth_method: 'client_secret_post',
  });
  const app = withPassport(
    new OAuth2Strategy(
      {
        ...endpoints,
        clientID: client.id,
        clientSecret: client.secret,
        callbackURL: client.redirectUri,
        scope: 'openid profile',
        state: true,
        pkce: true,
      },
      (access: string, refresh: string, _profile: object, done: OAuth2Strategy.VerifyCallback) =>
        done(null, { access: access !== '', refresh: refresh !== '' }),
    ),
  );
  const open = await startApplication(client, app);
  t.teardown(() => open.close());
  const page = await followPages(new Browser(), `${client.home}/login`, person);
  t.same(JSON.parse(page.body), { access: true, refresh: true });
});

t.test('express-openid-connect, with its logout', async (t) => {
  const client = await registerApplication(server);
  const app = express();
  app.use(
    openid.auth({
      issuerBaseURL: issuer,
      baseURL: client.home,
      clientID: client.id,
      clientSecret: client.secret,
      secret: 'only for this test, and long enough',
      authRequired: false,
      idpLogout: true,
      authorizationParams: { response_type: 'code', scope: 'openid profile email' },
    }),
  );
  app.get('/', (request, response) => {
    response.json({ signedIn: request.oidc.isAuthenticated() });
  });
  app.get('/me', openid.requiresAuth(), async (request, response) => {
    response.json(await request.oidc.fetchUserInfo());
  });
  const open = await startApplication(client, app);
  t.teardown(() => open.close());
  const browser = new Browser();
  const page = await followPages(browser, `${client.home}/me`, person);
  t.match(JSON.parse(page.body), profile);
  const out = await followPages(browser, `${client.home}/logout`, person);
  t.same(JSON.parse(out.body), { signedIn: false });
});

t.test('@auth/express', async (t) => {
  const basePath = '/auth';
  const client = await registerApplication(server);
  const redirectUri = `${client.home}${basePath}/callback/postern`;
  await server.app.services.clients.update(client.id, { redirect_uris: [redirectUri] });
  const config = {
    basePath,
    trustHost: true,
    secret: 'only for this test',
    logger: { error: (error: Error) => faults.push(error) },
    providers: [
      {
        id: 'postern',
        name: 'Postern',
        type: 'oidc' as const,
        issuer,
        clientId: client.id,
        clientSecret: client.secret,
        // Personal claims are at userinfo, not in the id token.
        idToken: false,
        checks: ['pkce' as const, 'state' as const, 'nonce' as const],
      },
    ],
  };
  const faults: Error[] = [];
  const app = express();
  app.set('trust proxy', true);
  app.use(basePath, ExpressAuth(config));
  app.get('/', async (request, response) => {
    response.json(await getSession(request, config));
  });
  const open = await startApplication(client, app);
  t.teardown(() => open.close());
  const browser = new Browser();
  const start = await browser.open(`${client.home}/auth/signin`);
  const page = await followPages(browser, await browser.submit(start, {}), person);
  t.same(faults, []);
  t.match(JSON.parse(page.body), { user: profile });
});

t.test('@fastify/oauth2, with refresh and revocation', async (t) => {
  const client = await registerApplication(server);
  const app = Fastify();
  await app.register(oauth2, {
    name: 'oauth2Postern',
    credentials: { client: { id: client.id, secret: client.secret } },
    discovery: { issuer },
    pkce: 'S256',
    scope: ['openid', 'profile', 'email'],
    startRedirectPath: '/login',
    callbackUri: client.redirectUri,
    cookie: { secure: false, sameSite: 'lax', path: '/' },
  });
  const api = app.oauth2Postern;
  if (!api) throw new Error('the plugin brought nothing');
  app.get('/callback', async (request, reply) => {
    const { token } = await api.getAccessTokenFromAuthorizationCodeFlow(request, reply);
    const { token: next } = await api.getNewAccessTokenUsingRefreshToken(token, {});
    const known = await api.userinfo(next);
    // RFC 7009 §2.2: the answer is empty, where the library would want JSON.
    await api.revokeToken(next, 'refresh_token', { json: true });
    // The library passes the response on, whatever its status.
    const after = await api.userinfo(next);
    return { known, rotated: next.refresh_token !== token.refresh_token, after };
  });
  await app.listen({ host: '127.0.0.1', port: client.port });
  t.teardown(() => app.close());
  const page = await followPages(new Browser(), `${client.home}/login`, person);
  t.match(JSON.parse(page.body), { known: profile, rotated: true, after: { error: 'invalid_token' } });
});
