// A service in the style of an issuer. It sends people to the server and redeems the code as JSON at /api/v1/tokens.
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';

const { ISSUER = 'http://localhost:3000', CLIENT_ID = 'demo-issuer', PORT = '3001' } = process.env;
const home = `http://localhost:${PORT}/`;
const redirectUri = `${home}callback`;

const cookie = (request, name) =>
  request.headers.cookie
    ?.split('; ')
    .find((pair) => pair.startsWith(`${name}=`))
    ?.slice(name.length + 1) ?? '';

const same = (one, other) =>
  one.length > 0 && one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));

const json = (response, status, body) =>
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));

const begin = (response) => {
  const state = randomBytes(24).toString('base64url');
  const url = new URL('/oauth/authorize', ISSUER);
  url.search = new URLSearchParams({
    client_id: CLIENT_ID,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'demo:read',
    state,
  });
  response.setHeader('set-cookie', `state=${state}; HttpOnly; SameSite=Lax; Path=/callback; Max-Age=600`);
  return response.writeHead(303, { location: url.href }).end();
};

const redeem = async (code) => {
  const answer = await fetch(`${ISSUER}/api/v1/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ authorization_code: code }),
  });
  return { status: answer.status, body: await answer.json() };
};

const finish = async (request, response, answer) => {
  // Without a PKCE challenge only the state binds the response to this browser, so it is required.
  if (!same(answer.get('state') ?? '', cookie(request, 'state'))) {
    return json(response, 400, { message: 'This sign-in was not started in this browser.' });
  }
  const code = answer.get('code');
  if (!code) return json(response, 403, { message: answer.get('error_description') ?? answer.get('error') });
  const { status, body } = await redeem(code);
  // A real service never sends the token to the browser; it calls its API with it.
  if (status === 201)
    return json(response, 200, { token_type: body.token_type, expires_in: body.expires_in });
  return json(response, 502, { code: body.code, message: body.message });
};

createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, home);
  if (pathname === '/callback') {
    return finish(request, response, searchParams).catch((error) =>
      json(response, 502, { message: error.message }),
    );
  }
  if (pathname === '/login') return begin(response);
  return json(response, 200, { signIn: `${home}login` });
}).listen(Number(PORT), '127.0.0.1', () => console.log(`listening on ${home}`));
