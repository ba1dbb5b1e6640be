import { execFile } from 'node:child_process';
import { generateKeyPairSync, type JsonWebKey, randomBytes } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inspect, promisify } from 'node:util';
import fastify from 'fastify';
import { calculateJwkThumbprint } from 'jose';
import t, { type Test } from 'tap';
import { openStore } from '#adapters/index.ts';
import { Failure } from '#src/errors.ts';
import type { KeyEntry } from '#src/services/keys/entry.ts';
import { jwksRoute, type Keys, loadSecretCipher } from '#src/services/keys/index.ts';
import { createRingStore } from '#src/services/keys/key-ring-store.ts';
import type { Key, Store } from '#src/store/port.ts';
import { createManualClock } from '../support/clocks.ts';
import { keysConfig, openKeys } from '../support/keys.ts';
import { entriesOf } from '../support/stored-entries.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-keys-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const freshPath = (): string => join(folder, `${files++}`, 'postern.db');

const minutes = (count: number): number => count * 60_000;
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const;

const freshStore = async (t: Test) => {
  const clock = createManualClock();
  const store = await openStore('memory:', { clock });
  t.teardown(() => store.close());
  const start = async (config = keysConfig()) => {
    const started = await openKeys(store, clock, config);
    t.teardown(() => started.keys.close());
    return started;
  };
  return { clock, store, start };
};

const signers = (keys: Keys): readonly (string | undefined)[] =>
  keys
    .current()
    .signing.filter((key) => key.key_ops === undefined)
    .map((key) => key.kid);

const published = (keys: Keys): readonly string[] => keys.current().publicJwks.keys.map(({ kid }) => kid);

const kidOf = (keys: Keys, line: string): string =>
  keys.list().find((key) => key.stage === 'active' && (key.alg ?? key.use) === line)?.kid ?? 'none';

const recordKey = (kid: string) => ({ kind: 'key', family: 'keys', id: kid });

/** Overwrites a record, as a faulty disk or an attacker would. */
const damage = async (store: Store, kid: string, change: (body: string) => string): Promise<void> => {
  const [document] = await store.read([recordKey(kid)]);
  await store.commit([{ op: 'put', key: recordKey(kid), body: change(document?.body ?? '') }]);
};

const damageCiphertext = (body: string): string => {
  const record: { sealed: string } = JSON.parse(body);
  const at = record.sealed.length - 30;
  const flipped = record.sealed[at] === 'A' ? 'B' : 'A';
  return JSON.stringify({
    ...record,
    sealed: record.sealed.slice(0, at) + flipped + record.sealed.slice(at + 1),
  });
};

const failure = async (promise: Promise<unknown>): Promise<Failure> => {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
  throw new Error('nothing failed');
};

t.test('the first start creates keys', async (t) => {
  t.test(
    'the first start creates a key for each algorithm and every secret, and they sign at once',
    async (t) => {
      const { start, store, clock } = await freshStore(t);
      const config = keysConfig({ algorithms: ['ES256', 'EdDSA', 'RS256', 'PS256'] });
      const { keys, recorded } = await start(config);
      const keySet = keys.current();
      t.same(keySet.algorithms, ['ES256', 'EdDSA', 'RS256', 'PS256']);
      t.equal(keySet.publicJwks.keys.length, 4);
      t.equal(keySet.cookieKeys.length, 1);
      t.equal(keySet.dpopNonceSecret.length, 32);
      t.equal(keySet.refreshSecretAt(clock.now()).symmetricKeySize, 32);
      t.equal(Buffer.from(keySet.pairwiseSalt, 'base64url').length, 32);
      t.equal(recorded.filter(({ type }) => type === 'key.added').length, 8);
      t.same(keys.faults(), []);
      const { keys: again } = await openKeys(store, clock, config);
      t.teardown(() => again.close());
      t.equal(again.current().version, keySet.version, 'a restarted process has the same');
      t.same(again.current().publicJwks, keySet.publicJwks);
      t.same(again.current().cookieKeys, keySet.cookieKeys);
      t.ok(again.current().refreshSecretAt(clock.now()).equals(keySet.refreshSecretAt(clock.now())));
      t.equal(again.current().pairwiseSalt, keySet.pairwiseSalt);
    },
  );

  t.test('RFC 7638 §3: the kid of a key is its thumbprint', async (t) => {
    const { start } = await freshStore(t);
    const { keys } = await start(keysConfig({ algorithms: ['ES256', 'EdDSA', 'RS256'] }));
    for (const jwk of keys.current().publicJwks.keys) {
      t.equal(jwk.kid, await calculateJwkThumbprint({ ...jwk }), jwk.alg);
    }
  });

  t.test('three processes that start at the same time create one set', async (t) => {
    const path = freshPath();
    const run = promisify(execFile);
    const script = fileURLToPath(import.meta.resolve('../support/print-keys.ts'));
    const outputs = await Promise.all(
      [1, 2, 3].map(async () => (await run(process.execPath, [script, `sqlite:${path}`])).stdout),
    );
    t.match(outputs[0], /"kids":\["/);
    t.equal(new Set(outputs).size, 1, 'all three have the same keys');
    const store = await openStore(`sqlite:${path}`, { clock: { now: () => Date.now() } });
    const { items } = await store.list('keys', 'all', { limit: 100 });
    await store.close();
    t.equal(items.length, 7, 'three signing keys and four secrets, no more');
    const { mode } = statSync(join(dirname(path), 'key-encryption-key'));
    t.equal(mode & 0o777, 0o600, 'only this user can read the key that encrypts them');
  });

  t.test('an algorithm added to the configuration gets a key; a removed one no longer signs', async (t) => {
    const { start } = await freshStore(t);
    const first = await start(keysConfig({ algorithms: ['ES256'] }));
    await first.keys.close();
    const { keys } = await start(keysConfig({ algorithms: ['EdDSA'] }));
    t.same(keys.current().algorithms, ['EdDSA']);
    t.same(
      keys.current().publicJwks.keys.map(({ alg }) => alg),
      ['EdDSA', 'ES256'],
      'what it signed still verifies',
    );
  });
});

t.test('keys that vanish are not replaced', async (t) => {
  const head = { kind: 'key-ring', family: 'keys', id: '' };
  const removeAll = async (store: Store, keys: Keys, others: readonly Key[] = []): Promise<void> =>
    store.commit(
      [...others, ...keys.list().map(({ kid }) => recordKey(kid))].map((key) => ({ op: 'remove', key })),
    );

  for (const [what, others] of [
    ['with all that names them', [head]],
    ['though they are still named', []],
  ] as const) {
    t.test(
      `a running server keeps ${what} that vanish from the store, reports it and creates no others`,
      async (t) => {
        const { start, store, clock } = await freshStore(t);
        const { keys, faults } = await start();
        const before = keys.current();
        const backup = (await store.dump()).entries;
        await removeAll(store, keys, others);
        await keys.refresh();
        t.match(keys.faults(), [{ code: 'keys_vanished', fatal: true }]);
        await keys.refresh();
        t.match(faults, [/^Error: All keys are gone from the store; .* Restore the store from a backup; /]);
        clock.advance(minutes(60 * 24 * 365));
        await keys.refresh();
        t.equal(keys.current().version, before.version, 'not even when one is due to be rotated');
        t.equal(keys.current().pairwiseSalt, before.pairwiseSalt);
        t.same((await store.dump()).entries.length, 1 - others.length, 'nothing was written');
        await store.load(backup);
        await keys.refresh();
        t.same(keys.faults(), [], 'what came back from a backup is taken up again');
      },
    );
  }

  t.test('keys that vanish between two starts are not replaced while the store names them', async (t) => {
    const { start, store, clock } = await freshStore(t);
    const { keys } = await start();
    const named = keys.list().map(({ kid }) => kid);
    await removeAll(store, keys);
    t.match(await failure(openKeys(store, clock)), {
      code: 'keys_lost',
      message: /names 6 keys and holds none of them: restore it from a backup/,
    });
    const { keys: command } = await openKeys(store, clock, keysConfig(), false);
    t.match(await failure(command.rotate()), { code: 'no_keys', exit: 4 });
    for (const kid of named) await command.prune(kid);
    await command.close();
    const { keys: anew } = await start();
    t.same(anew.faults(), [], 'an operator who forgets each begins anew');
    t.equal(anew.list().length, 6);
  });

  t.test('a rotation does not replace keys that vanished', async (t) => {
    const { store, clock } = await freshStore(t);
    const { keys: command } = await openKeys(store, clock, keysConfig(), false);
    t.match(await failure(command.rotate('ES256')), { code: 'no_keys', message: /start the server/ });
    t.same((await store.dump()).entries, []);
  });
});

t.test('private keys stay private', async (t) => {
  const { start, store, clock } = await freshStore(t);
  const { keys, recorded } = await start(keysConfig({ algorithms: ['ES256', 'EdDSA', 'RS256'] }));
  const keySet = keys.current();
  const jwksOfAll = await Promise.all(published(keys).map((kid) => keys.exportPrivate(kid)));
  const secrets = [
    ...jwksOfAll.flatMap((jwk: JsonWebKey) => privateMembers.flatMap((member) => jwk[member] ?? [])),
    ...keySet.cookieKeys,
    keySet.pairwiseSalt,
    keySet.refreshSecretAt(clock.now()).export().toString('base64url'),
    keySet.dpopNonceSecret.toString('base64url'),
    keySet.dpopNonceSecret.toString('hex'),
  ];
  t.equal(secrets.length, 1 + 1 + 6 + 5);
  const exposes = (text: string): boolean => secrets.some((secret) => text.includes(secret));

  t.test('no private key is in the published key set', async (t) => {
    const members = new Set(keySet.publicJwks.keys.flatMap((jwk) => Object.keys(jwk)));
    t.same([...members].toSorted(), ['alg', 'crv', 'e', 'kid', 'kty', 'n', 'use', 'x', 'y']);
    t.notOk(exposes(JSON.stringify(keySet.publicJwks)));
  });

  t.test('no private key is shown when an object that holds it is logged', async (t) => {
    for (const thing of [keySet, keySet.signing, keys, keys.list(), recorded, keys.cipher]) {
      t.notOk(exposes(JSON.stringify(thing)));
      t.notOk(exposes(inspect(thing, { depth: 20, showHidden: true })));
    }
  });

  t.test('private keys are encrypted in the store', async (t) => {
    const entries = await entriesOf(store);
    t.ok(entries.length >= 8);
    t.notOk(exposes(JSON.stringify(entries)));
    t.notMatch(JSON.stringify(entries), /\\"d\\":/);
  });

  t.test('a private key is exported for a signing key only', async (t) => {
    t.match(await failure(keys.exportPrivate('nobody')), { code: 'key_not_found', exit: 3 });
    t.match(await failure(keys.exportPrivate(kidOf(keys, 'cookie'))), { code: 'key_not_found', exit: 3 });
  });
});

t.test('the cipher for stored secrets detects changes', async (t) => {
  const { start } = await freshStore(t);
  const { keys } = await start();
  const { cipher } = keys;
  const sealed = cipher.encrypt('a client secret', 'client-1');
  t.equal(cipher.decrypt(sealed, 'client-1'), 'a client secret');
  t.not(cipher.encrypt('a client secret', 'client-1'), sealed, 'never the same twice');
  t.throws(() => cipher.decrypt(sealed, 'client-2'), { code: 'damaged_box' }, 'encrypted for another record');
  t.throws(() => cipher.decrypt(`${sealed.slice(0, -4)}AAAA`, 'client-1'), { code: 'damaged_box' });
  t.throws(() => cipher.decrypt('1', 'client-1'), { code: 'damaged_box' });
  t.throws(() => cipher.decrypt(sealed.slice(0, 14), 'client-1'), { code: 'damaged_box' });
  const other = await (await freshStore(t)).start(keysConfig({ keyEncryptionKey: 'ab'.repeat(32) }));
  t.throws(() => other.keys.cipher.decrypt(sealed, 'client-1'), { code: 'wrong_key_encryption_key' });
});

t.test('the key encryption key is checked at the start', async (t) => {
  const sentence = /^[^.]+(\.[^.\s][^.]*)*\.$/;

  t.test('a different key encryption key ends the start with one sentence and exit code 78', async (t) => {
    const { start, store, clock } = await freshStore(t);
    const { keys } = await start();
    const kept = (await store.dump()).entries.length;
    const wrong = keysConfig({ keyEncryptionKey: randomBytes(32).toString('base64') });
    const refusal = await failure(openKeys(store, clock, wrong));
    t.equal(refusal.exit, 78);
    t.match(refusal.message, sentence);
    t.match(refusal.message, /security\.key_encryption_key/);
    t.equal((await store.dump()).entries.length, kept, 'and nothing was written');
    await keys.refresh();
    t.same(keys.faults(), []);
  });

  t.test('a missing key in production, or a malformed one, ends the start with exit code 78', async (t) => {
    const { store, clock } = await freshStore(t);
    const missing = keysConfig({ mode: 'production', keyEncryptionKey: undefined });
    const refused = await failure(openKeys(store, clock, missing));
    t.equal(refused.exit, 78);
    t.match(refused.message, sentence);
    for (const text of ['short', 'é'.repeat(43), 'ab'.repeat(33), `${'ab'.repeat(31)}zz`]) {
      const refusal = await failure(openKeys(store, clock, keysConfig({ keyEncryptionKey: text })));
      t.equal(refusal.exit, 78);
      t.notOk(refusal.message.includes(text), 'the value is not repeated');
    }
  });

  t.test('a deleted development key is reported by its file name', async (t) => {
    const path = freshPath();
    const clock = createManualClock();
    const store = await openStore(`sqlite:${path}`, { clock });
    t.teardown(() => store.close());
    const config = keysConfig({ url: `sqlite:${path}`, keyEncryptionKey: undefined });
    const { keys } = await openKeys(store, clock, config);
    await keys.close();
    const file = join(dirname(path), 'key-encryption-key');
    rmSync(file);
    const refusal = await failure(openKeys(store, clock, config));
    t.equal(refusal.exit, 78);
    t.match(refusal.message, sentence);
    t.ok(refusal.message.includes(file));
    t.notOk(existsSync(file), 'and no other one is made, which would open nothing');
    await t.rejects(
      loadSecretCipher(config, store),
      { code: 'key_encryption_key' },
      'nor for processes that only encrypt',
    );
  });
});

t.test('keys are imported again only when their records have changed', async (t) => {
  const { store, start } = await freshStore(t);
  const config = keysConfig();
  const { keys } = await start(config);
  const cipher = await loadSecretCipher(config, store);
  const ringStore = createRingStore(store, cipher, 'the configuration');
  const { entries: before } = await ringStore.load();
  const { entries: after } = await ringStore.load();
  const secretsOf = (entries: readonly KeyEntry[]) =>
    entries.map((entry) => (entry.use === 'sig' ? entry.signer : entry.secret));
  t.ok(before.length > 0);
  const importedAgain = secretsOf(after).filter((secret, at) => secret !== secretsOf(before)[at]);
  t.same(importedAgain, []);
  const kid = kidOf(keys, 'ES256');
  await damage(store, kid, (body) => body.replace(/"created":\d+/, '"created":1'));
  const { entries: changed } = await ringStore.load();
  t.equal(changed.find((entry) => entry.kid === kid)?.stamps.created, 1);
});

t.test('a damaged record is reported', async (t) => {
  const cases: readonly (readonly [string, string, (body: string) => string])[] = [
    ['in its sealed part', 'key_damaged', damageCiphertext],
    ['beyond recognition', 'key_damaged', () => 'not a record'],
    ['in its stamps', 'key_damaged', (body) => body.replace(/"active_at":\d+/, '"active_at":"soon"')],
    ['in its public part', 'key_damaged', (body) => body.replace(/"x":"..../, '"x":"AAAA')],
  ];
  for (const [how, code, change] of cases) {
    t.test(
      `${how} is reported, and stops neither other keys nor a process that has the key in memory`,
      async (t) => {
        const { start, store, clock } = await freshStore(t);
        const { keys } = await start();
        const before = signers(keys);
        const bad = kidOf(keys, 'ES256');
        await damage(store, bad, change);
        await keys.refresh();
        t.same(keys.faults(), [{ ...keys.faults()[0], code, fatal: false }]);
        t.ok(keys.faults()[0]?.message.includes(bad));
        t.same(signers(keys), before, 'the running process signs on');

        clock.advance(minutes(1));
        const { keys: restarted } = await start();
        t.same(restarted.current().algorithms, ['ES256', 'EdDSA']);
        t.not(kidOf(restarted, 'ES256'), bad, 'a restarted process signs with a successor');
        t.equal(kidOf(restarted, 'EdDSA'), kidOf(keys, 'EdDSA'));
        await keys.refresh();
        t.same(signers(keys), signers(restarted), 'and so does the other from now on');
        t.same(await restarted.prune(bad), [bad]);
        t.same(restarted.faults(), []);
      },
    );
  }

  t.test('a record damaged only in its encrypted part still verifies signatures', async (t) => {
    const { start, store } = await freshStore(t);
    const { keys } = await start();
    const bad = kidOf(keys, 'ES256');
    await damage(store, bad, damageCiphertext);
    const { keys: restarted } = await start();
    t.ok(published(restarted).includes(bad));
    t.match(
      restarted.current().signing.find(({ kid }) => kid === bad),
      { key_ops: ['verify'] },
    );
  });

  t.test('a record with the encrypted part of another record is refused', async (t) => {
    const { start, store } = await freshStore(t);
    const { keys } = await start();
    const [cookie] = await store.read([recordKey(kidOf(keys, 'cookie'))]);
    const moved: { sealed: string } = JSON.parse(cookie?.body ?? '');
    await damage(store, kidOf(keys, 'refresh'), (body) =>
      JSON.stringify({ ...JSON.parse(body), sealed: moved.sealed }),
    );
    const { keys: restarted } = await start();
    t.match(restarted.faults(), [{ code: 'key_damaged' }]);
    const derived = restarted.current().refreshSecretAt(0).export().toString('base64url');
    t.not(derived, keys.current().cookieKeys[0]);
  });

  t.test(
    'a damaged key that was about to sign gets a successor in time; the former one signs until then',
    async (t) => {
      const { start, store, clock } = await freshStore(t);
      const { keys } = await start();
      const former = kidOf(keys, 'ES256');
      const [next] = await keys.rotate('ES256');
      await damage(store, next?.kid ?? '', damageCiphertext);
      clock.advance(minutes(5));
      const { keys: restarted } = await start();
      t.equal(kidOf(restarted, 'ES256'), former);
      clock.advance(minutes(10));
      t.ok(signers(restarted).includes(former), 'beyond the time at which the damaged one would have signed');
      const waiting = restarted.list().find(({ alg, stage }) => alg === 'ES256' && stage === 'next');
      clock.advance(minutes(1));
      t.ok(signers(restarted).includes(waiting?.kid));
    },
  );

  t.test('a key that is missing from the store is reported as lost', async (t) => {
    const { start, store } = await freshStore(t);
    const { keys } = await start();
    const lost = kidOf(keys, 'EdDSA');
    await store.commit([{ op: 'remove', key: recordKey(lost) }]);
    await keys.refresh();
    t.match(keys.faults(), [{ code: 'key_lost' }]);
    t.ok(signers(keys).includes(lost));
  });

  t.test(
    'a damaged record of the pairwise salt is never replaced automatically: subjects would change',
    async (t) => {
      const { start, store } = await freshStore(t);
      const { keys } = await start();
      const salt = kidOf(keys, 'pairwise');
      const [good] = await store.read([recordKey(salt)]);
      await damage(store, salt, damageCiphertext);
      const { keys: restarted } = await start();
      t.same(signers(restarted), signers(keys));
      t.throws(() => restarted.current().pairwiseSalt, { code: 'key_missing' });
      await damage(store, salt, () => good?.body ?? '');
      await restarted.refresh();
      t.equal(restarted.current().pairwiseSalt, keys.current().pairwiseSalt, 'restored from a backup');
    },
  );

  t.test('a damaged list of keys is restored from the index', async (t) => {
    const { start, store } = await freshStore(t);
    const { keys } = await start();
    const head = { kind: 'key-ring', family: 'keys', id: '' };
    await store.commit([{ op: 'put', key: head, body: '{"kids":7}' }]);
    const { keys: restarted } = await start();
    t.equal(restarted.current().version, keys.current().version);
    t.match(restarted.faults(), [{ code: 'key_ring_damaged' }]);
    await restarted.rotate('EdDSA');
    t.same(restarted.faults(), []);

    await store.commit([{ op: 'remove', key: head }]);
    const { keys: headless } = await start();
    t.equal(headless.current().version, restarted.current().version, 'nothing is made anew');
    t.equal(headless.current().pairwiseSalt, keys.current().pairwiseSalt);
    t.match(headless.faults(), [{ code: 'key_ring_damaged' }]);
    await headless.rotate('ES256', { now: true });
    t.same(headless.faults(), []);
  });
});

t.test('keys can be imported', async (t) => {
  const pemOf = (type: 'ec' | 'ed25519' | 'rsa', options: object = {}): string => {
    const made =
      type === 'ec'
        ? generateKeyPairSync('ec', { namedCurve: 'P-256', ...options })
        : type === 'rsa'
          ? generateKeyPairSync('rsa', { modulusLength: 2048, ...options })
          : generateKeyPairSync('ed25519');
    return made.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  };

  t.test(
    'import accepts PEM and JWK; the key is published at once and signs after the lead time',
    async (t) => {
      const { start, clock } = await freshStore(t);
      const { keys } = await start();
      const [ofPem] = await keys.import(pemOf('ec'));
      t.match(ofPem, { alg: 'ES256', stage: 'next' });
      const jwk = generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' });
      const [ofJwk] = await keys.import(JSON.stringify(jwk));
      t.match(ofJwk, {
        alg: 'EdDSA',
        stage: 'next',
        kid: await calculateJwkThumbprint({ ...jwk, kty: 'OKP' }),
      });
      t.equal(published(keys).length, 4);
      clock.advance(minutes(10));
      t.notOk(signers(keys).includes(ofPem?.kid), 'a relying party may not have seen it yet');
      clock.advance(minutes(1));
      t.same(signers(keys), [ofPem?.kid, ofJwk?.kid]);
      t.same((await keys.exportPrivate(ofJwk?.kid ?? '')).d, jwk.d);
    },
  );

  t.test('the first imported key of an algorithm signs at once, also before the first start', async (t) => {
    const { store, clock, start } = await freshStore(t);
    const { keys: command } = await openKeys(store, clock, keysConfig({ algorithms: ['RS256'] }), false);
    t.same(command.list(), [], 'a command creates nothing on its own');
    const [first] = await command.import(pemOf('rsa'), 'RS256');
    t.match(first, { stage: 'active', alg: 'RS256' });
    await command.close();
    const { keys } = await start(keysConfig({ algorithms: ['RS256'] }));
    t.same(signers(keys), [first?.kid]);
  });

  t.test('import refuses weak, unknown, public or ambiguous keys, and never echoes them', async (t) => {
    const { start } = await freshStore(t);
    const { keys } = await start(keysConfig({ algorithms: ['ES256', 'RS256'] }));
    const one = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const mixed = {
      ...one.privateKey.export({ format: 'jwk' }),
      x: other.publicKey.export({ format: 'jwk' }).x,
      y: other.publicKey.export({ format: 'jwk' }).y,
    };
    const encrypted = one.privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
      .toString();
    const refused: readonly (readonly [string, string, RegExp])[] = [
      ['a P-384 key', pemOf('ec', { namedCurve: 'P-384' }), /P-256/],
      ['a short RSA key', pemOf('rsa', { modulusLength: 1024 }), /2048/],
      ['an RSA key without an algorithm', pemOf('rsa'), /RS256 or PS256/],
      ['a public key', JSON.stringify(one.publicKey.export({ format: 'jwk' })), /private/],
      ['a PEM with a passphrase', encrypted, /passphrase/],
      ['a JWK whose parts do not belong together', JSON.stringify(mixed), /private/],
      ['a broken JWK', `{"kty":"EC","d":"${one.privateKey.export({ format: 'jwk' }).d}"`, /private/],
      ['nothing', '', /private/],
    ];
    for (const [what, text, why] of refused) {
      const refusal = await failure(keys.import(text));
      t.match(refusal.message, why, what);
      const shown = inspect(refusal, { depth: 9 });
      t.notOk(text.length > 40 && shown.includes(text.slice(30, 60)), `${what} is not repeated`);
    }
    t.match(await failure(keys.import(pemOf('ed25519'), 'ES256')), { code: 'unsupported_key' });
  });

  t.test('import refuses a key that exists already, and any key while a successor waits', async (t) => {
    const { start } = await freshStore(t);
    const { keys } = await start();
    const own = await keys.exportPrivate(kidOf(keys, 'ES256'));
    t.match(await failure(keys.import(JSON.stringify(own))), { code: 'key_exists', exit: 4 });
    await keys.rotate('ES256');
    t.match(await failure(keys.import(pemOf('ec'))), { code: 'rotation_under_way', exit: 4 });
  });
});

t.test('prune removes old keys', async (t) => {
  const { start, clock } = await freshStore(t);
  const { keys } = await start(keysConfig({ lifeSeconds: 3600 }));
  const old = kidOf(keys, 'ES256');
  t.match(await failure(keys.prune('nobody')), { code: 'key_not_found', exit: 3 });
  t.match(await failure(keys.prune(old)), { code: 'key_in_use', exit: 4 }, 'a key that signs stays');
  const [next] = await keys.rotate('ES256');
  t.match(await failure(keys.prune(next?.kid)), { code: 'key_in_use' }, 'and one that is about to');
  clock.advance(minutes(11));
  t.same(await keys.prune(), [], 'nothing is gone yet');
  clock.advance(minutes(30));
  t.ok(published(keys).includes(old));
  t.same(await keys.prune(old), [old], 'a retiring key goes at once when it is named');
  t.notOk(published(keys).includes(old));
});

t.test('the key set is served over HTTP', async (t) => {
  const { start, store, clock } = await freshStore(t);
  const { keys } = await start();
  const app = fastify();
  t.teardown(() => app.close());
  await app.register(jwksRoute({ keys, path: '/oauth/jwks', cacheSeconds: 600 }));
  const get = (headers = {}) => app.inject({ url: '/oauth/jwks', headers });

  t.test(
    'RFC 7517 §5: the key set is a public JWK set, cacheable for as long as rotation waits',
    async (t) => {
      const response = await get();
      t.equal(response.statusCode, 200);
      t.same(response.json(), keys.current().publicJwks);
      t.match(response.headers, {
        'content-type': 'application/jwk-set+json; charset=utf-8',
        'cache-control': 'public, max-age=600',
        'access-control-allow-origin': '*',
        etag: /^"[\w-]{43}"$/,
      });
    },
  );

  t.test('RFC 9110 §13.1.2: the key set is not sent again to a client that has it', async (t) => {
    const { etag } = (await get()).headers;
    for (const header of [`${etag}`, `W/${etag}`, `"other", ${etag}`, '*']) {
      const response = await get({ 'if-none-match': header });
      t.equal(response.statusCode, 304, header);
      t.equal(response.body, '');
      t.equal(response.headers.etag, etag);
      t.equal(response.headers['cache-control'], 'public, max-age=600');
    }
    t.equal((await get({ 'if-none-match': '"other"' })).statusCode, 200);
  });

  t.test('RFC 9110 §9.3.2: HEAD has the header fields of GET and no body', async (t) => {
    const head = await app.inject({ method: 'HEAD', url: '/oauth/jwks' });
    const { body, headers } = await get();
    t.equal(head.statusCode, 200);
    t.equal(head.body, '');
    t.equal(head.headers.etag, headers.etag);
    t.equal(head.headers['content-length'], String(Buffer.byteLength(body)));
  });

  t.test('a script of another origin may ask for the key set with If-None-Match', async (t) => {
    const preflight = await app.inject({ method: 'OPTIONS', url: '/oauth/jwks' });
    t.equal(preflight.statusCode, 204);
    t.equal(preflight.headers['access-control-allow-headers'], 'if-none-match');
  });

  t.test('the key set has a new ETag after a rotation, and is served while the store is down', async (t) => {
    const before = (await get()).headers.etag;
    await keys.rotate('ES256');
    t.not((await get()).headers.etag, before);
    await store.close();
    await t.rejects(keys.refresh(), { name: 'StoreUnavailable' });
    clock.advance(minutes(11));
    const response = await get();
    t.equal(response.statusCode, 200);
    t.equal(response.json().keys.length, 3);
    t.ok(signers(keys).length === 2, 'the successor took over by the clock');
  });
});
