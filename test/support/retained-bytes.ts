/**
 * A process, started with `--expose-gc`, that sends its parent how many bytes of each request end in the old generation, by
 * the kind of request. Its argument is the address of the store.
 */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { getHeapSpaceStatistics } from 'node:v8';
import { startServer } from 'postern/testing';

// The flag adds `gc`, which Node's types lack.
const { gc: collect } = globalThis as { gc?: (options: { readonly type: 'major' | 'minor' }) => void };

const oldBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? 0;

const client_secret = 'a-secret-of-a-machine-0123456789-abcdefgh';
const redirectUri = 'https://app.example.com/callback';
const verifier = 'a-code-verifier-that-is-long-enough-for-the-server';
const challenge = createHash('sha256').update(verifier).digest('base64url');
const resource = 'https://api.example.com';
const server = await startServer({
  settings: {
    store: { url: process.argv[2] },
    resources: [{ audience: resource, scopes: ['read'] }],
    accounts: [{ username: 'ada', password: 'a password of this test' }],
    clients: [
      { client_id: 'machine', client_secret, grant_types: ['client_credentials'] },
      { client_id: 'app', client_secret, redirect_uris: [redirectUri], first_party: true },
    ],
  },
});
const { hostname, port, host } = new URL(server.issuer);
const { cookie } = await server.signIn('ada');

// A raw socket is used because an HTTP client would add old objects.
const connection = connect(Number(port), hostname);
let sent = 0;
let answered = (_answer: string): void => {};
connection.on('data', (answer) => answered(answer.toString()));
const send = (lines: readonly string[], status: number, body = ''): Promise<string> =>
  new Promise((resolve, reject) => {
    sent++;
    answered = (answer) =>
      answer.startsWith(`HTTP/1.1 ${status} `) ? resolve(answer) : reject(new Error(answer));
    connection.write([...lines, `host: ${host}`, `content-length: ${body.length}`, '', body].join('\r\n'));
  });

const tokenRequest = (parameters: Record<string, string>): Promise<string> =>
  send(
    ['POST /oauth/token HTTP/1.1', 'content-type: application/x-www-form-urlencoded'],
    200,
    new URLSearchParams({ client_secret, ...parameters }).toString(),
  );

const authorize = async (scope: string): Promise<string> => {
  const query = new URLSearchParams({
    client_id: 'app',
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    resource,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  });
  const answer = await send([`GET /oauth/authorize?${query} HTTP/1.1`, `cookie: ${cookie}`], 303);
  return /[?&]code=([\w-]+)/.exec(answer)?.[1] ?? '';
};

const redeem = async (scope: string): Promise<string> =>
  tokenRequest({
    client_id: 'app',
    grant_type: 'authorization_code',
    code: await authorize(scope),
    ...proof,
  });

const accessTokenOf = (answer: string): string => /"access_token":"([^"]+)"/.exec(answer)?.[1] ?? '';

const proof = { redirect_uri: redirectUri, code_verifier: verifier };
const basic = Buffer.from(`app:${client_secret}`).toString('base64');

const apiToken = accessTokenOf(await redeem('openid read'));

const requests: Readonly<Record<string, () => Promise<unknown>>> = {
  'client credentials': () => tokenRequest({ client_id: 'machine', grant_type: 'client_credentials' }),
  'authorization and exchange': () => redeem('openid read'),
  'introspection of a JWT': () =>
    send(
      ['POST /oauth/introspect HTTP/1.1', 'content-type: application/x-www-form-urlencoded'],
      200,
      new URLSearchParams({ client_id: 'app', client_secret, token: apiToken }).toString(),
    ),
  'authorization and JSON exchange': async () =>
    send(
      ['POST /api/v1/tokens HTTP/1.1', 'content-type: application/json', `authorization: Basic ${basic}`],
      201,
      JSON.stringify({ authorization_code: await authorize('read'), ...proof }),
    ),
};

const several = 50;
const times = 4;
const repeat = async (request: () => Promise<unknown>): Promise<void> => {
  for (let i = 0; i < times * several; i++) {
    await request();
    // Objects that survive two minor collections are promoted. The latest request survives one: the server keeps it.
    if (i % (several / 2) === 0) collect?.({ type: 'minor' });
  }
};

const retained: Record<string, number> = {};
for (const [name, request] of Object.entries(requests)) {
  await repeat(request);
  collect?.({ type: 'major' });
  const before = { bytes: oldBytes(), sent };
  await repeat(request);
  retained[name] = (oldBytes() - before.bytes) / (sent - before.sent);
}
process.send?.(retained);
connection.destroy();
await server.stop();
process.disconnect();
