import { pino } from 'pino';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { buildApp } from '#src/app/index.ts';
import { decodePayload } from '#src/provider/storage/payload.ts';
import { loadSettings } from '#src/testing/settings.ts';
import { createVoucherFeature, voucherGrant } from './voucher-grant.ts';

type Answer = Readonly<Record<string, unknown>>;

const settings = {
  accounts: [{ username: 'ada', password: 'correct horse battery' }],
  clients: [
    {
      client_id: 'kiosk',
      client_secret: 'the-secret-of-the-kiosk-0123456789',
      grant_types: [voucherGrant, 'refresh_token'],
      response_types: [],
      scope: 'openid offline_access',
    },
    {
      client_id: 'machine',
      client_secret: 'the-secret-of-the-machine-01234567',
      grant_types: ['client_credentials'],
      response_types: [],
    },
  ],
};

const basic = {
  kiosk: `Basic ${btoa('kiosk:the-secret-of-the-kiosk-0123456789')}`,
  machine: `Basic ${btoa('machine:the-secret-of-the-machine-01234567')}`,
};

t.test('a feature in one folder brings a grant type', async (t) => {
  const { config, discard } = await loadSettings(settings);
  const store = await openStore(config.store.url, { clock: Date });
  const vouchers = new Map<string, string>();
  const additionalFeatures = [createVoucherFeature(vouchers)];
  const log = pino({ level: 'silent' });
  const app = await buildApp({ config, store, clock: Date, log, additionalFeatures });
  t.teardown(async () => {
    await app.close();
    await store.close();
    await discard();
  });
  await app.start();
  await app.server.listen({ host: config.listen.host, port: config.listen.port });

  const post = async (path: string, fields: Record<string, string>, authorization = basic.kiosk) => {
    const body = new URLSearchParams(fields);
    const response = await fetch(config.issuer + path, { method: 'POST', body, headers: { authorization } });
    // Every answer of these endpoints is a JSON object.
    return { status: response.status, body: (await response.json()) as Answer };
  };
  const redeem = (voucher: string, authorization?: string) =>
    post('/oauth/token', { grant_type: voucherGrant, voucher }, authorization);

  const account = await app.services.accounts.findByUsername('ada');
  vouchers.set('for-ada', account?.id ?? '');

  t.match(
    await redeem('for-ada', basic.machine),
    { status: 400, body: { error: 'unauthorized_client' } },
    'a client of other grant types may not use it',
  );
  t.match(await redeem('unknown'), { status: 400, body: { error: 'invalid_grant' } });
  await t.rejects(
    app.services.clients.add({
      type: 'device',
      metadata: { grant_types: [voucherGrant] },
    }),
    { message: /needs a client that authenticates/ },
    'a public client is not registered for it',
  );
  await t.rejects(
    app.services.clients.add({ type: 'machine', metadata: { grant_types: ['urn:example:unknown'] } }),
    { message: new RegExp(voucherGrant) },
    'the grant types that a client may name include it',
  );

  const { status, body } = await redeem('for-ada');
  t.equal(status, 200, JSON.stringify(body));
  t.match(await redeem('for-ada'), { status: 400, body: { error: 'invalid_grant' } }, 'a second time');

  const introspected = await post('/oauth/introspect', { token: String(body['access_token']) });
  t.match(introspected.body, { active: true, sub: account?.id, amr: ['voucher'], auth_time: 1000 });

  const { entries } = await store.dump();
  const ways = entries.flatMap((entry) =>
    entry.type === 'document' && entry.key.kind === 'rt'
      ? [decodePayload(entry.document.body, 'rt')['gty']]
      : [],
  );
  t.same(ways, [voucherGrant], 'a stored token names it');

  const refreshed = await post('/oauth/token', {
    grant_type: 'refresh_token',
    refresh_token: String(body['refresh_token']),
  });
  t.match(refreshed, { status: 200, body: { token_type: 'Bearer' } }, JSON.stringify(refreshed.body));

  const discovery = await fetch(`${config.issuer}/.well-known/openid-configuration`);
  const { grant_types_supported } = (await discovery.json()) as Answer;
  t.ok([grant_types_supported].flat().includes(voucherGrant), 'the metadata names it');
});
