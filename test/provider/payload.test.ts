import { createSecretKey } from 'node:crypto';
import type { AdapterPayload } from 'oidc-provider';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { createAdapterFactory } from '#src/provider/storage/adapter.ts';
import { grantKey, modelKey } from '#src/provider/storage/ids.ts';
import { decodePayload, encodePayload } from '#src/provider/storage/payload.ts';
import { createSecretCipher } from '#src/services/keys/secret-cipher.ts';
import { runInUnitOfWork } from '#src/store/current-unit-of-work.ts';
import { kinds } from '#src/store/record-kinds.ts';

const clock = { now: () => Date.now() };
const store = await openStore('memory:', { clock });
t.teardown(() => store.close());
const storageOf = createAdapterFactory({
  store,
  clock,
  clients: { find: async () => undefined },
  cipher: createSecretCipher(Buffer.alloc(32)),
  identityScopes: [],
  reuseWindow: 10,
  refreshFamilyLifetime: 3600,
  accessTokenLifetime: 600,
  sessionMaxLifetime: 3600,
  interactionLifetime: 3600,
  refreshSecretAt: () => createSecretKey(Buffer.alloc(32)),
});

const family = 'family-00000';
const grantId = `${family}-${'g'.repeat(20)}`;
const tokenId = `${family}-${'t'.repeat(30)}`;
const grant = { accountId: 'ada', clientId: 'app', jti: grantId };
const token = {
  grantId,
  accountId: 'ada',
  clientId: 'app',
  gty: 'authorization_code refresh_token',
  scope: 'read',
};

/** Runs in one unit of work that has read the grant, as requests to the engine do. */
const save = (payload: AdapterPayload): Promise<void> =>
  runInUnitOfWork(store, async (work) => {
    await work.read(grantKey(grantId));
    await storageOf('RefreshToken').upsert(tokenId, payload, 60);
    await work.commit();
  });

const bodyOf = async (): Promise<string> => {
  const key = modelKey('RefreshToken', tokenId);
  const [document] = key ? await store.read([key]) : [];
  return document?.body ?? '';
};

t.test('a refresh token omits fields that its grant has as well', async (t) => {
  await storageOf('Grant').upsert(grantId, grant, 60);
  await save(token);
  const body = await bodyOf();
  for (const said of [grantId.slice(12), 'ada', '"app"', 'authorization_code']) t.notMatch(body, said);
  t.match(await storageOf('RefreshToken').find(tokenId), { ...token, jti: tokenId, kind: 'RefreshToken' });
});

t.test('a token with other values keeps them, so that the difference is detected', async (t) => {
  await storageOf('Grant').upsert(grantId, grant, 60);
  await save({ ...token, accountId: 'eve' });
  t.match(await bodyOf(), 'eve');
  t.match(await storageOf('RefreshToken').find(tokenId), { accountId: 'eve', grantId });
});

t.test('a refresh token without its grant is unknown', async (t) => {
  await storageOf('Grant').upsert(grantId, grant, 60);
  await save(token);
  await storageOf('Grant').destroy(grantId);
  t.equal(await storageOf('RefreshToken').find(tokenId), undefined);
});

const restored = (payload: AdapterPayload) => decodePayload(encodePayload(payload, false), kinds.accessToken);

t.test('grant types are stored as letters and restored', async (t) => {
  for (const gty of [
    'authorization_code',
    'authorization_code refresh_token',
    'urn:ietf:params:oauth:grant-type:device_code refresh_token',
    'urn:openid:params:grant-type:ciba',
    'client_credentials',
    'urn:example:other',
    'urn:example:authorization_code:by-mail refresh_token',
    'C R ~R ~',
  ]) {
    t.equal(restored({ gty })['gty'], gty);
  }
  t.ok(encodePayload({ gty: 'authorization_code' }, false).length < 12);
});

t.test('shortened fields are restored unchanged', async (t) => {
  for (const payload of [
    { iat: 100, authTime: 90, amr: ['pwd'], openid: { scope: 'openid email' } },
    { iat: 100, authTime: 130, amr: ['pwd', 'otp'], openid: { scope: 'openid', claims: ['name'] } },
    { authTime: 90, amr: [], openid: {}, T: 'a name of one letter', t: 'another' },
  ]) {
    t.strictSame(restored(payload), payload);
  }
  t.strictSame(restored({ rotations: 0 }), {}, 'the engine counts from nothing');
  t.strictSame(restored({ rotations: 2 }), { rotations: 2 });
});

t.test('tokens that end with their session name it, and no others do', async (t) => {
  const bound = { sessionUid: 'a-uid', expiresWithSession: true };
  t.strictSame(restored(bound), bound);
  t.strictSame(restored({ sessionUid: 'a-uid' }), {});
});

t.test("the time of a token family's first token is stored only where it differs", async (t) => {
  t.same(restored({ iat: 5, iiat: 5 }), { iat: 5 });
  t.same(restored({ iat: 9, iiat: 5 }), { iat: 9, iiat: 5 });
});

t.test('a session with any content is read as it was written', async (t) => {
  const sessions = storageOf('Session');
  const uid = `${family}-uid-of-22`;
  const cookie = `${family}${'c'.repeat(31)}`;
  const whole = {
    uid,
    iat: 5,
    accountId: 'ada',
    loginTs: 7,
    acr: 'high',
    state: { secret: 'x' },
    authorizations: {
      app: { sid: 'one', grantId: 'two', persistsLogout: true },
      'https://other.example/': { sid: 'three' },
    },
  };
  await sessions.upsert(cookie, whole, 60);
  t.match(await sessions.find(cookie), whole);
  t.match(await sessions.findByUid(uid), { uid, accountId: 'ada' });
  t.notOk('amr' in ((await sessions.find(cookie)) ?? {}), 'what is not there stays away');
});
