import { randomBytes } from 'node:crypto';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { grantTypesOf } from '#src/features/declarations.ts';
import { clientKey } from '#src/services/clients/record.ts';
import { checkClients } from '#src/services/doctor/index.ts';
import { insertDelivery, mailQueue } from '#src/services/outbox/index.ts';
import { assertEach } from '../support/assert-each.ts';
import { parseReport, runDoctor } from '../support/doctor.ts';
import { freshPrefix } from '../support/redis.ts';
import { redisCommand, startRedis } from '../support/redis-server.ts';
import {
  isReady,
  openCommandFolder,
  RelyingParty,
  redirectUri,
  startInProcess,
  startServerProcess,
  testConfig,
  usualConfig,
} from '../support/setup/index.ts';
import { startSmtp } from '../support/smtp-server.ts';
import { usualStoreTimeouts, waitFor } from '../support/wait-for.ts';

t.test('a faulty configuration is reported alone', async (t) => {
  const folder = await openCommandFolder(t);
  const { exit, out } = await folder.runInProcess(['doctor', '--json', '--set', 'listen.port=many']);
  t.equal(exit, 78);
  t.match(parseReport(out), {
    ok: false,
    findings: [{ code: 'bad_configuration', message: /^listen\.port: / }],
  });
  const allowed = [
    '--set',
    'audit.enabled=false',
    '--set',
    'security.throttle.sign_in_per_address=0',
    '--set',
    'issuer=http://127.0.0.1:9',
  ];
  t.equal((await folder.runInProcess(['account', 'add', 'ada', '--generate'])).exit, 0);
  const lax = await folder.runInProcess(['doctor', '--json', ...allowed]);
  t.same(
    parseReport(lax.out).findings.map(({ code }) => code),
    ['audit_off', 'sign_in_unlimited', 'key_missing', 'key_missing', 'key_missing', 'unreachable'],
  );
});

t.test('store, keys and clients are checked', async (t) => {
  const server = await startServerProcess(t, { config: usualConfig });
  const file = `sqlite:${join(server.cwd, 'store.db')}`;
  t.equal(
    (
      await server.command([
        'client',
        'add',
        '--type',
        'web',
        '--id',
        'shop',
        '--redirect-uri',
        'https://shop.example.com/cb',
      ])
    ).exit,
    0,
  );
  const store = await openStore(file, { clock: Date });
  const [shop] = (await store.list('clients', 'all', { limit: 1 })).items;
  const [key] = (await store.list('keys', 'all', { limit: 1 })).items;
  if (!shop || !key) throw new Error('nothing to spoil');
  const index = [{ index: 'clients', of: 'all', at: shop.at }];
  const body = JSON.parse(shop.document.body);
  body.metadata.redirect_uris = ['http://shop.example.com/*', redirectUri];
  body.secrets[0].expiresAt = 1;
  await store.commit([{ op: 'put', key: shop.key, body: JSON.stringify(body), index }]);
  await store.commit([
    { op: 'put', key: key.key, body: '{"v":1}', index: [{ index: 'keys', of: 'all', at: key.at }] },
  ]);
  const audit = { index: 'audit', of: 'all', at: Date.now() + 600_000 };
  await store.commit([
    { op: 'put', key: { kind: 'audit', family: 'x', id: '1' }, body: '{}', index: [audit] },
  ]);
  await store.close();
  const { exit, codes, findings } = await runDoctor(server);
  t.equal(exit, 1);
  t.same(
    codes.filter((code) => !/^key_(missing|lost)/.test(code)),
    ['client_broken', 'client_secret_expired', 'clocks_differ', 'key_damaged'],
  );
  t.match(
    findings.find(({ code }) => code === 'client_broken')?.message,
    /^redirect_uris of the client shop /,
  );
  assertEach(t, findings, ({ fix }) => fix.length > 10, 'each with what to do about it');
});

t.test('a client whose certificate would not be accepted is named (RFC 8705 §2)', async (t) => {
  const postern = await startInProcess(t);
  const { clients } = postern.app.services;
  const machine = { grant_types: ['client_credentials'], response_types: [] };
  const by = (token_endpoint_auth_method: string, more: object) =>
    clients.add({ metadata: { ...machine, token_endpoint_auth_method, ...more } });
  await by('tls_client_auth', { tls_client_auth_san_dns: 'app.example.com' });
  await by('private_key_jwt', {
    tls_client_certificate_bound_access_tokens: true,
    jwks_uri: 'https://app.example.com/jwks',
  });
  const codes = async (...set: string[]) =>
    (
      await checkClients({
        clients,
        config: testConfig(set),
        clock: Date,
        grantTypes: grantTypesOf(),
        incompatibility: async () => undefined,
      })
    ).map(({ code }) => code);
  t.same(await codes(), ['certificate_unread', 'certificate_unread']);
  const trusted = 'proxy.trusted=["127.0.0.1"]';
  t.same(await codes(trusted), ['certificate_unread', 'certificate_unread']);
  const header = 'proxy.client_certificate_header';
  t.same(await codes(trusted, `${header}=client-cert`), ['certificate_unverified']);
  t.same(await codes(trusted, `${header}=client-certificate`), []);
  t.same(await codes(trusted, `${header}=client-cert`, 'proxy.client_certificates_verified=true'), []);
});

t.test("a client whose scope belongs to an API that its resources don't name is named", async (t) => {
  const [api, other] = ['https://api.example.com', 'https://other.example.com'];
  const resources = [
    { audience: api, scopes: ['read', 'write'] },
    { audience: other, scopes: ['see'] },
  ];
  const server = await startServerProcess(t, { config: { ...usualConfig, resources } });
  const add = async (id: string, ...more: readonly string[]): Promise<void> => {
    const command = ['client', 'add', '--type', 'machine', '--id', id, ...more];
    const { exit, err } = await server.command(command);
    t.equal(exit, 0, err);
  };
  const property = (...audiences: readonly string[]) => [
    '--property',
    `resources=${JSON.stringify(audiences)}`,
  ];
  await add('unlimited');
  await add('listed', '--scope', 'read see', ...property(api, other));
  await add('unlisted', '--scope', 'openid read write');
  await add('half', '--scope', 'read see', ...property(api));
  const found = await runDoctor(server);
  t.equal(found.exit, 0, 'a request can name the API');
  t.match(found.findings.map(({ severity, code, message }) => `${severity} ${code}: ${message}`).sort(), [
    /^warning client_scope_elsewhere: The client half may use see of https:\/\/other\.example\.com,/,
    /^warning client_scope_elsewhere: The client unlisted may use read write of https:\/\/api\.example\.com,/,
  ]);
  t.equal(found.findings.length, 2, 'and no others');
  t.match(found.findings[0]?.fix, /`postern client update (half|unlisted)`/);
  const isDefault = JSON.stringify([{ ...resources[0], default: true }, resources[1]]);
  const { findings } = await runDoctor(server, '--set', `resources=${isDefault}`);
  t.match(
    findings.map(({ message }) => message),
    [/^The client half may use see/],
    'a default API needs no list',
  );
});

t.test("a client that keys or settings can't serve is found before its first use", async (t) => {
  const api = 'https://api.example.com';
  const server = await startServerProcess(t, {
    config: {
      ...usualConfig,
      resources: [{ audience: api, scopes: ['read'] }],
      security: { acr_values: ['gold'] },
      keys: { algorithms: ['RS256', 'ES256', 'EdDSA', 'PS256'] },
    },
  });
  for (const [id, property] of Object.entries({
    signed: 'id_token_signed_response_alg=PS256',
    golden: 'default_acr_values=["gold"]',
    sent: `resources=["${api}"]`,
  })) {
    const where = ['--id', id, '--redirect-uri', 'https://shop.example.com/cb', '--property', property];
    const { exit, err } = await server.command(['client', 'add', '--type', 'web', ...where]);
    t.equal(exit, 0, err);
  }
  t.same((await runDoctor(server)).codes, [], 'all of them fit this one');

  const lesser = ['keys.algorithms=["RS256","ES256","EdDSA"]', 'security.acr_values=[]', 'resources=[]'];
  const { exit, findings } = await runDoctor(server, ...lesser.flatMap((one) => ['--set', one]));
  t.equal(exit, 1);
  const ofClients = findings.filter(({ code }) => code.startsWith('client_'));
  t.match(ofClients.map(({ message }) => message).sort(), [
    /^The client golden does not fit this server, .*: default_acr_values must be empty/,
    /^The client sent is meant to get tokens for https:\/\/api\.example\.com, which is not among resources/,
    /^The client signed does not fit this server, .*: id_token_signed_response_alg must be/,
  ]);
  t.equal(ofClients.length, 3, 'and no one else');
  for (const { fix } of ofClients) t.match(fix, /`postern client update (golden|sent|signed)`/);
});

t.test('keys that vanish are reported by the running server and by the doctor', async (t) => {
  const server = await startServerProcess(t, { config: { ...usualConfig, keys: { jwks_cache_seconds: 1 } } });
  const jwks = async () => (await fetch(`${server.url}/oauth/jwks`)).text();
  const before = await jwks();
  const store = await openStore(`sqlite:${join(server.cwd, 'store.db')}`, { clock: Date });
  const { items } = await store.list('keys', 'all', { limit: 100 });
  const keys = [{ kind: 'key-ring', family: 'keys', id: '' }, ...items.map(({ key }) => key)];
  await store.commit(keys.map((key) => ({ op: 'remove', key })));
  await store.close();
  await waitFor('the server to notice', async () => !(await isReady(server.url)));
  const { codes, findings } = await runDoctor(server);
  t.same(codes, ['key_missing', 'key_missing', 'key_missing', 'not_ready']);
  t.match(findings.at(-1), { message: /All keys are gone from the store/, fix: /^Restore the store from a/ });
  t.equal(await jwks(), before, 'what was signed still verifies');
  const party = new RelyingParty(server.url);
  t.equal((await party.post('/oauth/token', { grant_type: 'client_credentials' })).status, 200);
  t.match(server.log(), /All keys are gone from the store; this server continues with the keys it had/);

  // The key of its audit chain is encrypted as well.
  rmSync(join(server.cwd, 'key-encryption-key'));
  const refused = { exit: 78, err: /key encryption key is gone from .*: put it back, or set/ };
  t.match(await server.command(['keys', 'list']), refused);
  t.match(await server.command(['keys', 'list']), refused, 'a command makes no other one');
});

t.test("a Redis that evicts or doesn't persist is found, and one that is down", async (t) => {
  const redis = await startRedis();
  const server = await startServerProcess(t, {
    config: { ...usualConfig, store: { url: redis.url, prefix: freshPrefix(), ...usualStoreTimeouts } },
  });
  const found = await runDoctor(server);
  assertEach(t, found.findings, ({ code }) => code !== 'unreachable', 'it keeps nothing on disk');
  const strict = await runDoctor(server, '--strict');
  t.equal(strict.exit, 1, 'a warning counts when it should');

  const set = (name: string, value: string) => redisCommand(redis.port, 'config', 'set', name, value);
  await set('maxmemory-policy', 'allkeys-lru');
  await set('maxmemory', '1');
  await waitFor('the server to notice', async () => !(await isReady(server.url)));
  const evicting = await runDoctor(server);
  t.match(evicting, { exit: 1 });
  t.match(
    evicting.findings.filter(({ severity }) => severity === 'error'),
    [
      { code: 'store_evicts', message: /allkeys-lru/, fix: 'Set maxmemory-policy noeviction.' },
      { code: 'store_full', fix: 'Raise maxmemory.' },
      { code: 'not_ready', message: /drops data when its memory is full/, fix: /Raise maxmemory/ },
    ],
  );
  await set('maxmemory', '0');

  await redis.kill();
  await waitFor('the server to notice', async () => !(await isReady(server.url)));
  const gone = await runDoctor(server);
  t.ok(gone.codes.includes('store_unusable') || gone.codes.includes('store_away'), String(gone.codes));
  t.ok(gone.codes.includes('not_ready'), 'the server says so as well');
  await server.close();
  await redis.close();
});

t.test('the mail server and messages that wait are checked', async (t) => {
  const smtp = await startSmtp({ mode: 451 });
  t.teardown(smtp.close);
  const folder = await openCommandFolder(t);
  const settings = ['mail.from=id@example.com', `mail.url=smtp://127.0.0.1:${smtp.port}`].flatMap((one) => [
    '--set',
    one,
  ]);
  const doctor = async () => {
    const { out } = await folder.runInProcess([...settings, 'doctor', '--json']);
    return parseReport(out).findings.map(({ code }) => code);
  };
  t.equal((await folder.runInProcess(['account', 'add', 'ada', '--generate'])).exit, 0);
  t.notOk((await doctor()).some((code) => code.startsWith('mail')));
  const store = await openStore(`sqlite:${join(folder.cwd, 'store.db')}`, { clock: { now: Date.now } });
  await store.commit([insertDelivery({ kind: 'mail.x', about: {}, tries: 2 }, Date.now(), mailQueue)]);
  await store.close();
  t.ok((await doctor()).includes('mail_waiting'));
  await smtp.close();
  t.ok((await doctor()).includes('mail_unusable'));
});

t.test('damaged records of Redis are named, by the server and by the doctor', async (t) => {
  const redis = await startRedis();
  const prefix = freshPrefix();
  const config = { ...usualConfig, store: { url: redis.url, prefix } };
  const server = await startServerProcess(t, { config });
  const add = ['client', 'add', '--type', 'web', '--redirect-uri', 'https://shop.example.com/cb', '--id'];
  for (const id of ['cut', 'whole']) t.equal((await server.command([...add, id])).exit, 0);
  t.same(
    (await runDoctor(server)).findings.filter(({ code }) => code === 'record_damaged'),
    [],
  );

  const nameOf = (id: string): string => {
    const { kind, family } = clientKey(id);
    return `${prefix}:{${family}}${kind}:`;
  };
  const set = (id: string, text: string) => redisCommand(redis.port, 'set', nameOf(id), text);
  const former = String(await redisCommand(redis.port, 'get', nameOf('cut')));
  const authorize = (id: string) => {
    const query = { client_id: id, redirect_uri: 'https://shop.example.com/cb', response_type: 'code' };
    return fetch(`${server.url}/oauth/authorize?${new URLSearchParams(query)}`, { redirect: 'manual' });
  };
  for (const damaged of [former.slice(0, -20), '!nonce']) {
    await set('cut', damaged);
    await waitFor('the server to notice', async () => (await authorize('cut')).status === 500);
    t.match(await server.command(['client', 'show', 'cut']), {
      exit: 1,
      err: /record of kind client.*is damaged/,
    });
    const { codes, findings } = await runDoctor(server);
    t.ok(codes.includes('record_damaged'), damaged);
    const { message, fix } = findings.find(({ code }) => code === 'record_damaged') ?? {};
    t.match(message, /client/);
    t.match(fix, /^Restore the store from a backup, or remove the record/);
    t.equal((await authorize('whole')).status, 303, 'other clients go on');
  }
  t.match(server.log(), /RecordDamaged.*a record of kind client/);
  await server.close();
  await redis.close();
});

t.test(
  'a store that others can read along with, and secrets that they can read, draw a warning',
  async (t) => {
    const folder = await openCommandFolder(t);
    const secret = join(folder.cwd, 'key');
    writeFileSync(secret, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
    const production = ['mode=production', 'issuer=https://id.example.com', 'proxy.trusted=["10.0.0.1"]'];
    const set = [...production, `security.key_encryption_key_file=${secret}`];
    const codesFor = async (url: string, ...more: string[]): Promise<readonly string[]> => {
      const flags = [...set, `store.url=${url}`, ...more].flatMap((one) => ['--set', one]);
      const { out } = await folder.runInProcess(['doctor', '--json', 'http://127.0.0.1:9', ...flags]);
      return parseReport(out)
        .findings.filter(({ severity, about }) => severity === 'warning' && about === 'configuration')
        .map(({ code }) => code);
    };
    const [unencrypted, open] = ['store_unencrypted', 'store_without_password'];
    const host = 'redis.invalid';
    t.same(await codesFor(`redis://${host}:6379`), [unencrypted, open]);
    t.same(await codesFor(`redis://:word@${host}:6379`), [unencrypted]);
    t.same(await codesFor(`rediss://${host}:6379`), [open]);
    t.same(await codesFor(`rediss://user:word@${host}:6379`), []);
    t.same(await codesFor(`redis+sentinel://:word@${host}:26379/main?tls=true`), []);
    t.same(await codesFor(`redis+cluster://:word@127.0.0.1:1,${host}:1`), [unencrypted]);
    t.same(await codesFor('redis://127.0.0.1:1'), [open], 'what stays on the machine needs no TLS');
    t.same(await codesFor('redis+unix:///nowhere/redis.sock'), []);
    t.same(await codesFor(`redis://${host}:6379`, 'mode=development', 'issuer=http://localhost:9'), []);
    chmodSync(secret, 0o644);
    t.same(await codesFor(`rediss://:word@${host}:6379`), ['secret_file_readable']);
    chmodSync(secret, 0o440);
    t.same(await codesFor(`rediss://:word@${host}:6379`), []);
  },
);

t.test('the start warns of a key file that others can read', async (t) => {
  const first = await startServerProcess(t, { config: usualConfig });
  t.notOk(first.lines().some(({ finding }) => finding === 'secret_file_readable'));
  first.signal('SIGTERM');
  await first.ended;
  const file = join(first.cwd, 'key-encryption-key');
  chmodSync(file, 0o644);
  const config = { ...usualConfig, store: { url: `sqlite:${join(first.cwd, 'store.db')}` } };
  const again = await startServerProcess(t, { config });
  const warning = again.lines().find(({ finding }) => finding === 'secret_file_readable');
  t.match(warning, {
    level: 40,
    msg: `Every user of this machine can read ${file} (mode 644), which holds the key encryption key.`,
  });
  t.match(String(warning?.['fix']), /chmod o= /);
});
