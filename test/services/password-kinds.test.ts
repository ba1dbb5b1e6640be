import { pbkdf2Sync, randomBytes } from 'node:crypto';
import t from 'tap';
import { createAccounts } from '#src/services/accounts/index.ts';
import { insertName } from '#src/services/accounts/name-record.ts';
import { createKindsInUse } from '#src/services/accounts/password/kinds-in-use.ts';
import { createPasswords } from '#src/services/accounts/password/passwords.ts';
import { insertAccount } from '#src/services/accounts/record.ts';
import { createAccountStore } from '#src/services/accounts/store.ts';
import { createManualClock } from '../support/clocks.ts';
import { openCountingStore } from '../support/counting-store.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { testConfig } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const passwords = createPasswords(testConfig().security.password);
const bytes = (length: number) => randomBytes(length).toString('base64').replaceAll('=', '');
const hashes = {
  bcrypt: '$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2',
  scrypt: `scrypt$1024$salt$8$1$${bytes(64)}`,
  pbkdf2: `pbkdf2_sha256$1000$salt$${randomBytes(32).toString('base64')}`,
  argon2i: `$argon2i$v=19$m=8192,t=2,p=1$${bytes(8)}$${bytes(32)}`,
};
const current = () => `$argon2id$v=19$m=8192,t=1,p=1$${bytes(16)}$${bytes(32)}`;

const open = async (configured: readonly string[] = []) => {
  const clock = createManualClock();
  const { store } = await openCountingStore(clock);
  const stored = createAccountStore(store, clock);
  let number = 0;
  const add = async (hash: string, username = `person-${number}`) => {
    number += 1;
    clock.advance(1);
    const now = clock.now();
    const times = { createdAt: now, updatedAt: now };
    await store.commit([
      insertAccount({ id: `id-${number}`, username, enabled: true, claims: {}, hash, ...times }),
    ]);
  };
  return { clock, store, add, kindsInUse: createKindsInUse({ stored, configured, passwords, clock }) };
};

const decoysOf = (of: readonly string[]) => of.map((hash) => passwords.kindOf(hash)?.decoy);

t.test('each format has a decoy for hashes of one cost, which no password has', async (t) => {
  for (const [name, hash] of Object.entries(hashes)) {
    const { decoy = '' } = passwords.kindOf(hash) ?? {};
    t.not(decoy, hash, name);
    t.equal(passwords.kindOf(decoy)?.decoy, decoy, `${name}: the decoy has the same cost`);
    t.equal(
      await passwords.verify(decoy, 'some password', 'ada', { kindsInUse: async () => [] }),
      false,
      name,
    );
  }
  t.not(decoysOf([hashes.pbkdf2])[0], decoysOf([hashes.pbkdf2.replace('$1000$', '$1001$')])[0]);
});

t.test('all kinds of a small store are found, but for one that costs too much', async (t) => {
  const costly = `$pbkdf2-sha512$2900000$${bytes(16)}$${bytes(64)}`;
  const { add, clock, kindsInUse, store } = await open([hashes.argon2i]);
  t.teardown(store.close);
  for (const hash of [hashes.bcrypt, hashes.bcrypt, hashes.scrypt, costly, costly, costly, current()])
    await add(hash);
  t.same(
    (await kindsInUse()).toSorted(),
    decoysOf([hashes.bcrypt, hashes.scrypt, hashes.argon2i]).toSorted(),
  );
  await add(hashes.pbkdf2);
  t.notOk(
    (await kindsInUse()).includes(String(decoysOf([hashes.pbkdf2])[0])),
    'the accounts are read now and then',
  );
  clock.advance(10 * 60_000);
  await waitFor('the accounts to be read again', async () =>
    (await kindsInUse()).includes(String(decoysOf([hashes.pbkdf2])[0])),
  );
});

t.test('a kind is found in a large store, wherever its accounts are', async (t) => {
  const { add, kindsInUse, store } = await open();
  t.teardown(store.close);
  for (let n = 0; n < 300; n += 1) await add(current());
  // One for each letter and digit, since the sample takes some of these.
  for (const character of 'abcdefghijklmnopqrstuvwxyz0123456789')
    await add(hashes.bcrypt, `${character}-one`);
  t.same(await kindsInUse(), decoysOf([hashes.bcrypt]));
});

t.test('a hash above the limits that was stored before still signs its owner in', async (t) => {
  const { add, clock, store } = await open();
  t.teardown(store.close);
  const accounts = createAccounts({ store, config: testConfig(), clock, events: recordEvents().events });
  t.teardown(accounts.close);
  const costly = `pbkdf2_sha1$6000001$salt$${pbkdf2Sync('some password', 'salt', 6_000_001, 20, 'sha1').toString('base64')}`;
  await t.rejects(accounts.add({ username: 'ada', passwordHash: costly }), { code: 'password_hash_unknown' });
  await add(costly, 'ada');
  await store.commit([insertName('ada', 'id-1', clock.now())]);
  t.equal((await accounts.authenticate('ada', 'some password'))?.id, 'id-1');
});
