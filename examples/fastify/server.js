// A Fastify application that signs people in with @fastify/oauth2: discovery, code + PKCE, refresh.
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
  // Its cookies are Secure unless told otherwise, and this example speaks plain http on one machine.
  cookie: { secure: home.startsWith('https:'), sameSite: 'lax', path: '/', httpOnly: true },
});

// In memory: gone with the process, and not shared with a second one.
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
  // The whole grant goes with it. The answer is empty (RFC 7009 §2.2), where the library would want JSON.
  if (session) await app.postern.revokeToken(session.token, 'refresh_token', { json: true });
  return reply.clearCookie('session', { path: '/' }).redirect('/', 303);
});

await app.listen({ host: '127.0.0.1', port: Number(PORT) });
console.log(`listening on ${home}/`);
