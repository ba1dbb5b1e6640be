import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import t from 'tap';
import { createAccessTokenVerifier } from '#src/provider/access-tokens/access-token-verifier.ts';
import { replaceDateNow } from '../support/clocks.ts';

const pairs = {
  ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  EdDSA: generateKeyPairSync('ed25519'),
  RS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  PS256: generateKeyPairSync('rsa', { modulusLength: 2048 }),
};
type Alg = keyof typeof pairs;
const algs = Object.keys(pairs) as Alg[];

const issuer = 'https://id.example';
const soon = (seconds: number): number => Math.floor(Date.now() / 1000) + seconds;

const keys = await Promise.all(
  algs.map(async (alg) => ({ ...(await exportJWK(pairs[alg].publicKey)), kid: alg, alg })),
);
const verified = createAccessTokenVerifier({ keys }, issuer);

const make = (
  alg: Alg,
  {
    claims = {},
    header = {},
    key = pairs[alg].privateKey,
  }: { claims?: object; header?: object; key?: KeyObject } = {},
): Promise<string> =>
  new SignJWT({ iss: issuer, exp: soon(60), jti: 'a-token', ...claims })
    .setProtectedHeader({ alg, kid: alg, typ: 'at+jwt', ...header })
    .sign(key);

for (const alg of algs) {
  t.test(
    `${alg}: a token signed by another implementation verifies, and a changed one doesn't`,
    async (t) => {
      for (let i = 0; i < (alg === 'ES256' ? 300 : 20); i++) {
        const token = await make(alg, { claims: { n: i } });
        if (verified(token)?.['n'] !== i) t.fail(token);
        if (verified(token)?.['n'] !== i) t.fail('the second time');
      }
      const [header = '', payload = '', signature = ''] = (await make(alg)).split('.');
      const forged = Buffer.from(JSON.stringify({ iss: issuer, exp: soon(60), jti: 'mine' })).toString(
        'base64url',
      );
      t.equal(verified(`${header}.${forged}.${signature}`), undefined);
      t.equal(verified(`${header}.${payload}.${signature.slice(4)}`), undefined, 'a shorter signature');
      t.equal(verified(`${header}.${payload}.`), undefined);
      const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
      if (alg === 'ES256') t.equal(verified(await make(alg, { key: stranger })), undefined);
    },
  );
}

t.test('the algorithm is that of the key (RFC 8725 §3.1)', async (t) => {
  const rsa = pairs.RS256.privateKey;
  t.equal(verified(await make('PS256', { header: { kid: 'RS256' }, key: rsa })), undefined);
  t.equal(verified(await make('ES256', { header: { kid: 'EdDSA' } })), undefined);
  const [, body = ''] = (await make('ES256')).split('.');
  const lying = Buffer.from(JSON.stringify({ alg: 'RS256', kid: 'ES256', typ: 'at+jwt' })).toString(
    'base64url',
  );
  const signature = sign('sha256', Buffer.from(`${lying}.${body}`), {
    key: pairs.ES256.privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  t.equal(
    verified(`${lying}.${body}.${signature.toString('base64url')}`),
    undefined,
    'a valid signature under the name of another algorithm',
  );
  const none = Buffer.from(JSON.stringify({ alg: 'none', kid: 'ES256', typ: 'at+jwt' })).toString(
    'base64url',
  );
  const [, payload = ''] = (await make('ES256')).split('.');
  t.equal(verified(`${none}.${payload}.`), undefined);
});

t.test('only currently valid access tokens of this server verify', async (t) => {
  t.ok(verified(await make('ES256')));
  t.equal(verified(await make('ES256', { header: { typ: 'JWT' } })), undefined, 'an id token (RFC 9068 §4)');
  t.equal(verified(await make('ES256', { header: { kid: 'nobody' } })), undefined);
  t.equal(verified(await make('ES256', { claims: { iss: 'https://other.example' } })), undefined);
  t.equal(verified(await make('ES256', { claims: { exp: soon(-1) } })), undefined);
  t.equal(verified(await make('ES256', { claims: { exp: 'tomorrow' } })), undefined);
  t.equal(verified(await make('ES256', { claims: { nbf: soon(60) } })), undefined);
});

t.test('a token is invalid after its expiry', async (t) => {
  const token = await make('ES256');
  t.ok(verified(token));
  const { now } = Date;
  replaceDateNow(t, () => now() + 61_000);
  t.equal(verified(token), undefined);
});

t.test("text that isn't a token is refused", async (t) => {
  for (const text of ['', '.', '..', 'a.b.c', 'bnVsbA.bnVsbA.bnVsbA', 'W10.W10.W10']) {
    t.equal(verified(text), undefined, text);
  }
});
