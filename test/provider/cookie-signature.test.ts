import t from 'tap';
import { createCookieSigner } from '#src/provider/overrides/cookie-keys.ts';
import { httpGet, startInProcess } from '../support/setup/index.ts';

// Fails without src/provider/overrides/cookie-keys.ts.

const [old, now, other] = ['an old key', 'the key of now', 'a key of somebody else'];

t.test('a cookie is signed with the first key and verified with each', async (t) => {
  const before = createCookieSigner([old]).sign('session=1');
  const signer = createCookieSigner([now, old]);
  t.equal(signer.index('session=1', signer.sign('session=1')), 0);
  t.equal(signer.index('session=1', before), 1, 'so that the engine signs it again');
  t.ok(signer.verify('session=1', before));
});

t.test('a signature of another text, key or encoding is refused', async (t) => {
  const signer = createCookieSigner([now, old]);
  const signature = signer.sign('session=1');
  for (const [data, given] of [
    ['session=2', signature],
    ['session=1', createCookieSigner([other]).sign('session=1')],
    ['session=1', ''],
    ['session=1', `${signature}=`],
    ['session=1', `${signature} `],
    ['session=1', signature.slice(0, -1)],
    ['session=1', signature.toLowerCase()],
    ['session=1', 'é'.repeat(43)],
  ] as const) {
    t.equal(signer.index(data, given), -1, given);
  }
});

t.test('a cookie that was verified is signed as any other', async (t) => {
  const fresh = (data: string): string => createCookieSigner([now]).sign(data);
  const signer = createCookieSigner([now, old]);
  const cookies = Array.from({ length: 1250 }, (_, n) => `session=${n}`);
  for (const cookie of cookies) t.ok(signer.verify(cookie, fresh(cookie)));
  t.notOk(signer.verify('session=7', fresh('session=8')), 'also after the right one was verified');
  t.ok(signer.verify('session=7', createCookieSigner([old]).sign('session=7')));
  for (const cookie of cookies) t.equal(signer.sign(cookie), fresh(cookie));
});

t.test('signing without a key throws', async (t) => {
  t.throws(() => createCookieSigner([]), /need a key/);
});

t.test('the cookies of the engine are signed so', async (t) => {
  const server = await startInProcess(t, {
    clients: [
      { client_id: 'app', token_endpoint_auth_method: 'none', redirect_uris: ['https://app.example/'] },
    ],
  });
  const query = new URLSearchParams({
    client_id: 'app',
    redirect_uri: 'https://app.example/',
    response_type: 'code',
    code_challenge: 'A'.repeat(43),
    code_challenge_method: 'S256',
  });
  const { headers } = await httpGet(`${server.issuer}/oauth/authorize?${query}`);
  const [pair = ''] =
    headers
      .getSetCookie()
      .find((line) => line.includes('.sig='))
      ?.split(';') ?? [];
  t.match(pair, /\.sig=[\w-]{43}$/, 'HMAC-SHA256 in base64url');
});
