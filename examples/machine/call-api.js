// A program that calls an API on its own behalf. It uses client credentials and keeps a token until shortly before it
// expires.
const {
  ISSUER = 'http://localhost:3000',
  CLIENT_ID = 'demo-machine',
  CLIENT_SECRET = '',
  RESOURCE = `${ISSUER}/demo-api`,
  API_URL = 'http://localhost:3002/notes',
} = process.env;

const metadata = await (await fetch(`${ISSUER}/.well-known/oauth-authorization-server`)).json();
if (metadata.issuer !== ISSUER) throw new Error(`${ISSUER} says that it is ${metadata.issuer}`);

let kept;

const token = async () => {
  if (kept && kept.until > Date.now()) return kept.token;
  const response = await fetch(metadata.token_endpoint, {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(
        `${encodeURIComponent(CLIENT_ID)}:${encodeURIComponent(CLIENT_SECRET)}`,
      ).toString('base64')}`,
    },
    // RFC 8707 §2: `resource` names the API that the token is for.
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: RESOURCE, scope: 'demo:read' }),
  });
  const answer = await response.json();
  if (!response.ok) throw new Error(`${answer.error}: ${answer.error_description} (${answer.error_uri})`);
  kept = { token: answer.access_token, until: Date.now() + (answer.expires_in - 30) * 1000 };
  return kept.token;
};

const call = async () => {
  const response = await fetch(API_URL, { headers: { authorization: `Bearer ${await token()}` } });
  if (!response.ok) {
    throw new Error(`the API said ${response.status} ${response.headers.get('www-authenticate') ?? ''}`);
  }
  return response.json();
};

console.log(await call());
// The second call reuses the token of the first.
console.log(await call());
