import { generateKeyPairSync } from 'node:crypto';
import { exportJWK, SignJWT } from 'jose';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { createLiveTokenFinder } from '#src/provider/access-tokens/jwt-access-tokens.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const issuer = 'https://id.example';
const store = await openStore('memory:', { clock: Date });
t.teardown(() => store.close());
const find = createLiveTokenFinder({
  publicKeys: { keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] },
  issuer,
  plainAudiences: new Set(),
  store,
});

const family = 'family-00000';
const isLive = async (claims: object): Promise<boolean> => {
  const exp = Math.floor(Date.now() / 1000) + 60;
  const jti = `${family}${'j'.repeat(31)}`;
  const token = await new SignJWT({ iss: issuer, exp, jti, client_id: 'app', ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: 'one', typ: 'at+jwt' })
    .sign(privateKey);
  return (await find(undefined, token)) !== undefined;
};

t.test('a person whose sub is the id of the client is not the client (RFC 9068 §5)', async (t) => {
  t.notOk(await isLive({ sub: 'app', auth_time: 1 }), 'without its grant the token is dead');
  t.ok(await isLive({ sub: 'app', gty: 'client_credentials' }), 'a token that the client got for itself');
  t.ok(await isLive({ sub: 'app' }), 'and one of the version before');
  t.notOk(await isLive({ sub: 'app', gty: 'authorization_code' }));
  await store.commit([
    {
      op: 'put',
      key: { kind: 'gr', family, id: '' },
      body: '1{"a":"app","c":"app","jti":"grant"}',
      expiresAt: Date.now() + 60_000,
    },
  ]);
  t.ok(await isLive({ sub: 'app', auth_time: 1 }), 'with its grant it is good');
});
