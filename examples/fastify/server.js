// A Fastify application that signs people in with @fastify/oauth2, by discovery, code and PKCE, and refreshes tokens.
import { randomUUID } from 'node:crypto';
import cookie from '@fastify/cookie';
import oauth2 from '@fastify/oauth2';
import Fastify from 'fastify';

const {
  ISSUER = 'http://localhost:3000',
  CLIENT_ID = 'demo-web',
  CLIENT_SECRET = '',
  PORT = '3001',
} = process.env;
const home = `http://localhost:${PORT}`;

const app = Fastify();
await app.register(cookie);
await app.register(oauth2, {
  name: 'postern',
  credentials: { client: { id: CLIENT_ID, secret: CLIENT_SECRET } },
  discovery: { issuer: ISSUER },
  pkce: 'S256',
  scope: ['openid', 'profile', 'email'],
  startRedirectPath: '/login',
  callbackUri: `${home}/callback`,
  // The plugin makes cookies Secure by default, but this example uses plain http on one machine.
  cookie: { secure: home.startsWith('https:'), sameSite: 'lax', path: '/', httpOnly: true },
});

// Sessions in memory end with the process and are not shared with a second one.
const sessions = new Map();
const sessionOf = (request) => sessions.get(request.cookies.session);

app.get('/callback', async (request, reply) => {
  const { token } = await app.postern.getAccessTokenFromAuthorizationCodeFlow(request, reply);
  const id = randomUUID();
  sessions.set(id, { token, person: await app.postern.userinfo(token) });
  return reply.setCookie('session', id, { path: '/', httpOnly: true, sameSite: 'lax' }).redirect('/', 303);
});

app.get('/', async (request) => {
  const session = sessionOf(request);
  return session
    ? { person: session.person, expiresAt: session.token.expires_at }
    : { signIn: `${home}/login` };
});

app.get('/refresh', async (request, reply) => {
  const session = sessionOf(request);
  if (!session) return reply.redirect('/login', 303);
  const { token } = await app.postern.getNewAccessTokenUsingRefreshToken(session.token, {});
  session.token = token;
  return reply.redirect('/', 303);
});

app.get('/logout', async (request, reply) => {
  const session = sessionOf(request);
  sessions.delete(request.cookies.session);
  // The server revokes the whole grant. Its answer is empty (RFC 7009 §2.2), which the library accepts with `json`.
  if (session) await app.postern.revokeToken(session.token, 'refresh_token', { json: true });
  return reply.clearCookie('session', { path: '/' }).redirect('/', 303);
});

await app.listen({ host: '127.0.0.1', port: Number(PORT) });
console.log(`listening on ${home}/`);
