import { createSecretKey } from 'node:crypto';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { createAdapterFactory } from '#src/provider/storage/adapter.ts';
import { digestOf, grantKey, modelKey } from '#src/provider/storage/ids.ts';
import { ReplayError } from '#src/provider/storage/replay-error.ts';
import { createSecretCipher } from '#src/services/keys/secret-cipher.ts';
import { runInUnitOfWork } from '#src/store/current-unit-of-work.ts';
import { StoreUnavailable } from '#src/store/errors.ts';
import type { Key } from '#src/store/port.ts';

const clock = { now: () => Date.now() };
const store = await openStore('memory:', { clock });
t.teardown(() => store.close());
const clients = { find: async () => undefined };
/** The times at which the refresh secret changed. */
let changedAt = 0;
const storageOf = createAdapterFactory({
  store,
  clock,
  clients,
  cipher: createSecretCipher(Buffer.alloc(32)),
  identityScopes: [],
  reuseWindow: 10,
  refreshFamilyLifetime: 3600,
  accessTokenLifetime: 600,
  sessionMaxLifetime: 3600,
  interactionLifetime: 3600,
  refreshSecretAt: (at) => createSecretKey(Buffer.alloc(32, at < changedAt ? 1 : 2)),
});

let made = 0;
const singleUse = [
  'AuthorizationCode',
  'RefreshToken',
  'DeviceCode',
  'BackchannelAuthenticationRequest',
] as const;
type SingleUse = (typeof singleUse)[number];

const begin = async (model: SingleUse) => {
  const family = `family-${String(made++).padStart(5, '0')}`;
  const id = `${family}-${'x'.repeat(30)}`;
  const grantId = `${family}-${'g'.repeat(30)}`;
  await storageOf('Grant').upsert(grantId, { accountId: 'ada', clientId: 'app', jti: grantId }, 60);
  await storageOf(model).upsert(id, { grantId, clientId: 'app' }, 60);
  const key = modelKey(model, id);
  if (!key) throw new Error('a key');
  return { id, grantId, key };
};

/** Consumes a token in one request, and runs `meanwhile` between its reads and its commit. */
const spend = (model: SingleUse, id: string, meanwhile: () => Promise<void>) =>
  runInUnitOfWork(store, async (work) => {
    t.ok(await storageOf(model).find(id));
    await storageOf(model).consume(id);
    await meanwhile();
    await work.commit();
  });

const isThere = async (key: Key): Promise<boolean> => (await store.read([key]))[0] !== undefined;

for (const model of singleUse) {
  t.test(`${model}: a second use at the same moment revokes its grant (RFC 6749 §4.1.2)`, async (t) => {
    const { id, grantId, key } = await begin(model);
    const claimedBefore = () => store.commit([{ op: 'consume', key, at: clock.now() - 60_000 }]);
    await t.rejects(spend(model, id, claimedBefore), ReplayError);
    t.notOk(await isThere(grantKey(grantId)));
  });

  t.test(`${model}: one that expires during the request is refused, and its grant stays`, async (t) => {
    const { id, grantId, key } = await begin(model);
    const gone = () => store.commit([{ op: 'remove', key }]);
    const refused: unknown = await spend(model, id, gone).catch((error: unknown) => error);
    t.match(refused, { error: 'invalid_grant', error_detail: /not found/ });
    t.ok(await isThere(grantKey(grantId)), 'it was not used twice');
  });
}

t.test('only its exact id reads a grant, though the family locates it', async (t) => {
  const { grantId } = await begin('RefreshToken');
  t.ok(await storageOf('Grant').find(grantId));
  t.equal(await storageOf('Grant').find(`${grantId.slice(0, -1)}x`), undefined);
});

t.test('a grant that is revoked while a request saves it stays revoked (RFC 7009 §2.1)', async (t) => {
  const { grantId } = await begin('RefreshToken');
  await runInUnitOfWork(store, async (work) => {
    const grant = await storageOf('Grant').find(grantId);
    if (!grant) throw new Error('no grant');
    await storageOf('Grant').upsert(grantId, { ...grant, rejected: {} }, 60);
    await store.commit([{ op: 'remove', key: grantKey(grantId) }]);
    await work.commit();
  });
  t.notOk(await isThere(grantKey(grantId)));
});

t.test(
  'a device code that is redeemed while a request saves it stays redeemed (RFC 8628 §3.5)',
  async (t) => {
    const id = `family-device-${'x'.repeat(30)}`;
    const key = modelKey('DeviceCode', id);
    if (!key) throw new Error('no key');
    await storageOf('DeviceCode').upsert(id, { clientId: 'tv', userCode: 'BCDF' }, 60);
    await runInUnitOfWork(store, async (work) => {
      const code = await storageOf('DeviceCode').find(id);
      if (!code) throw new Error('no code');
      await storageOf('DeviceCode').upsert(id, { ...code, inFlight: true }, 60);
      await store.commit([{ op: 'consume', key, at: 7_000 }]);
      await work.commit();
    });
    t.match((await store.read([key]))[0]?.consumption, { at: 7_000 });
    await runInUnitOfWork(store, async (work) => {
      const code = await storageOf('DeviceCode').find(id);
      if (!code) throw new Error('no code');
      await storageOf('DeviceCode').upsert(id, code, 60);
      await store.commit([{ op: 'remove', key }]);
      await work.commit();
    });
    t.notOk(await isThere(key), 'and one that is gone is not created again');
  },
);

t.test(
  'a decision on a device code or backchannel request that is gone creates none (RFC 8628 §3.5)',
  async (t) => {
    for (const model of ['DeviceCode', 'BackchannelAuthenticationRequest'] as const) {
      for (const decision of [{ accountId: 'ada', grantId: 'any' }, { error: 'access_denied' }]) {
        const id = `decision-${String(made++).padStart(3, '0')}-${'x'.repeat(30)}`;
        const key = modelKey(model, id);
        if (!key) throw new Error('no key');
        await storageOf(model).upsert(id, { clientId: 'app' }, 60);
        await runInUnitOfWork(store, async (work) => {
          const found = await storageOf(model).find(id);
          if (!found) throw new Error('not found');
          await storageOf(model).upsert(id, { ...found, ...decision }, 60);
          await store.commit([{ op: 'remove', key }]);
          await work.commit();
        });
        t.notOk(await isThere(key), `${model}: ${Object.keys(decision)}`);
      }
    }
  },
);

t.test('a concurrent refresh across a change of the secret has to be retried', async (t) => {
  const { id, grantId, key } = await begin('RefreshToken');
  changedAt = clock.now();
  const quicker = () => store.commit([{ op: 'consume', key, at: changedAt - 1 }]);
  await t.rejects(spend('RefreshToken', id, quicker), StoreUnavailable);
  t.ok(await isThere(grantKey(grantId)), 'it was not used twice');
  await t.resolves(
    spend('RefreshToken', id, async () => {}),
    'a retry uses the time of the first try',
  );
  t.match((await store.read([key]))[0]?.consumption, { at: changedAt - 1 });
});

t.test('the values that the version before stored in clear are understood', async (t) => {
  const id = `old-family-0-${'d'.repeat(30)}`;
  const expiresAt = Date.now() + 60_000;
  const keyOf = (model: 'DeviceCode' | 'Interaction'): Key => {
    const key = modelKey(model, id);
    if (!key) throw new Error('a key');
    return key;
  };
  await store.commit([
    { op: 'put', key: keyOf('DeviceCode'), body: `1{"userCode":"BCDF","jti":"${id}"}`, expiresAt },
    { op: 'put', key: { kind: 'uc', family: digestOf('BCDF'), id: '' }, body: id, expiresAt },
    { op: 'put', key: keyOf('Interaction'), body: `1{"deviceCode":"${id}"}`, expiresAt },
  ]);
  t.match(await storageOf('DeviceCode').findByUserCode('BCDF'), { jti: id, userCode: 'BCDF' });
  t.match(await storageOf('Interaction').find(id), { deviceCode: id });

  await storageOf('Interaction').upsert(id, { deviceCode: id }, 60);
  const [document] = await store.read([keyOf('Interaction')]);
  t.notMatch(document?.body, id, 'and are encrypted when they are stored again');
  t.match(await storageOf('Interaction').find(id), { deviceCode: id });
});

t.test('of two changes of one grant both are kept, and a revoked grant stays revoked', async (t) => {
  const id = `family-grant-${'g'.repeat(30)}`;
  const grants = storageOf('Grant');
  const change = (payload: object, until?: Promise<unknown>) =>
    runInUnitOfWork(store, async (work) => {
      t.ok(await grants.find(id));
      await grants.upsert(id, { accountId: 'ada', clientId: 'app', jti: id, ...payload }, 60);
      await until;
      await work.commit();
    });
  /** Runs `other` between the reads of a change and its commit. */
  const changeAround = async (payload: object, other: () => Promise<unknown>) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const changed = change(payload, promise);
    await new Promise(setImmediate);
    await other();
    resolve();
    await changed;
  };
  const former = {
    openid: { scope: 'openid email', claims: ['name'] },
    resources: { 'https://a.example/': 'read' },
    rejected: { openid: { scope: 'phone address' } },
    rar: [{ type: 'one' }],
  };
  await grants.upsert(id, { accountId: 'ada', clientId: 'app', jti: id, ...former }, 60);

  const first = {
    ...former,
    openid: { scope: 'openid email profile', claims: ['name', 'birthdate'] },
    rejected: { openid: { scope: 'address' } },
  };
  const second = {
    openid: { scope: 'openid email phone' },
    resources: { 'https://a.example/': 'read write', 'https://b.example/': 'read' },
    rejected: { openid: { scope: 'phone address', claims: ['gender'] } },
    rar: [{ type: 'one' }, { type: 'two' }],
  };
  await changeAround(first, () => change(second));
  t.match(await grants.find(id), {
    openid: { scope: 'openid email phone profile', claims: ['birthdate'] },
    resources: { 'https://a.example/': 'read write', 'https://b.example/': 'read' },
    rejected: { openid: { scope: 'address', claims: ['gender'] } },
    rar: [{ type: 'one' }, { type: 'two' }],
  });

  await changeAround(second, () => grants.revokeByGrantId(id));
  t.equal(await grants.find(id), undefined);
});
