import t from 'tap';
import { createAccounts } from '#src/services/accounts/index.ts';
import type { Store } from '#src/store/port.ts';
import { createManualClock } from '../support/clocks.ts';
import { openCountingStore } from '../support/counting-store.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { testConfig } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const open = async (set: readonly string[] = []) => {
  const clock = createManualClock();
  const { store, roundTrips } = await openCountingStore(clock);
  const { events, seen } = recordEvents();
  const config = testConfig(set);
  const accounts = createAccounts({ store, config, clock, events });
  const close = async () => {
    accounts.close();
    await store.close();
  };
  return { accounts, clock, close, config, events, seen, store, roundTrips };
};

const password = 'correct horse battery staple';

t.test('an account signs in with its password, however its name is spelled', async (t) => {
  const { accounts, close } = await open();
  t.teardown(close);
  const added = await accounts.add({ username: 'Ada', password, claims: { name: 'Ada Lovelace' } });
  for (const spelling of ['Ada', 'ADA', ' ada ', 'ａｄａ']) {
    t.equal((await accounts.authenticate(spelling, password))?.id, added.id, `as "${spelling}"`);
  }
  t.match(added.id, /^[\w-]{22}$/, 'the subject is random');
  t.equal(added.claims['preferred_username'], 'Ada');
  t.notMatch(JSON.stringify(added), 'argon2', 'the hash stays inside');
});

t.test(
  'an unknown name, a wrong password, a disabled account and one without a password get the same refusal',
  async (t) => {
    const { accounts, close, roundTrips } = await open();
    t.teardown(close);
    await accounts.add({ username: 'ada', password });
    const off = await accounts.add({ username: 'off', password });
    await accounts.disable(off.id);
    await accounts.add({ username: 'bare' });
    // The first refusal of a process reads which kinds of hashes there are.
    await accounts.authenticate('nobody', password);
    roundTrips();
    const tries = [
      ['nobody', password, 'unknown_account'],
      ['ada', 'wrong', 'wrong_password'],
      ['ada', '', 'wrong_password'],
      ['ada', 'x'.repeat(100_000), 'wrong_password'],
      ['off', password, 'account_disabled'],
      ['bare', password, 'wrong_password'],
      ['bare', '', 'wrong_password'],
    ] as const;
    for (const [username, tried, reason] of tries) {
      const recorded: unknown[] = [];
      const tell = (refused: { readonly reason: string }) => recorded.push(refused.reason);
      t.equal(await accounts.authenticate(username, tried, tell), undefined, `${username}: ${reason}`);
      t.same(recorded, [reason], 'the log names the reason');
      t.same(roundTrips(), ['read', 'read'], 'as many round trips to the store as any other');
    }
    await accounts.enable(off.id);
    t.equal((await accounts.authenticate('off', password))?.id, off.id);
  },
);

t.test('unknown accounts and wrong passwords take the same time', async (t) => {
  const { accounts, close } = await open(['security.password.memory_kib=8192']);
  t.teardown(close);
  await accounts.add({ username: 'ada', password });
  const time = async (username: string): Promise<number> => {
    const started = performance.now();
    await accounts.authenticate(username, 'wrong');
    return performance.now() - started;
  };
  const rounds = 100;
  const known: number[] = [];
  const unknown: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // They alternate, and so does the order, so that a busy machine slows both alike.
    if (round % 2 === 0) known.push(await time('ada'));
    unknown.push(await time(`nobody-${round}`));
    if (round % 2 === 1) known.push(await time('ada'));
  }
  // Mann-Whitney: the share of pairs in which the known account was slower; it is 0.5 when they can't be distinguished.
  const slower = known.reduce((sum, one) => sum + unknown.filter((other) => one > other).length, 0);
  const share = slower / (rounds * rounds);
  const deviation = Math.sqrt((2 * rounds + 1) / (12 * rounds * rounds));
  t.ok(
    Math.abs(share - 0.5) < 4.5 * deviation,
    `known is slower in ${(share * 100).toFixed(1)} % of the pairs`,
  );
});

t.test('a user name is taken once, also when fifty accounts ask for it at once', async (t) => {
  const { accounts, close } = await open();
  t.teardown(close);
  const results = await Promise.allSettled(
    Array.from({ length: 50 }, (_, n) => accounts.add({ username: n % 2 === 0 ? 'Grace' : 'grace' })),
  );
  t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const result of results) {
    if (result.status === 'rejected')
      t.match(result.reason, { code: 'account_exists', status: 409, exit: 4 });
  }
  t.equal((await accounts.list()).items.length, 1);
});

const keepsNoNames = ['security.former_username_days=0'];

t.test('a renamed or removed account frees its name, and a name left by a crash can be taken', async (t) => {
  const { accounts, clock, close, store } = await open(keepsNoNames);
  t.teardown(close);
  const one = await accounts.add({ username: 'one' });
  await t.rejects(
    accounts.add({ username: 'two' }).then((two) => accounts.update(two.id, { username: 'ONE' })),
    { code: 'account_exists' },
  );
  await accounts.update(one.id, { username: 'uno' });
  t.equal(await accounts.findByUsername('one'), undefined);
  t.equal((await accounts.findByUsername('UNO'))?.id, one.id);
  const next = await accounts.add({ username: 'one' });
  await accounts.remove(next.id);
  t.equal(await accounts.find(next.id), undefined);
  await t.rejects(accounts.remove(next.id), { code: 'account_not_found', exit: 3 });

  const lost = await accounts.add({ username: 'lost' });
  await store.commit([{ op: 'remove', key: { kind: 'account', family: lost.id, id: '' } }]);
  await t.rejects(accounts.add({ username: 'lost' }), { code: 'account_exists' }, 'it may be on its way');
  clock.advance(61_000);
  const taken = await Promise.allSettled(Array.from({ length: 4 }, () => accounts.add({ username: 'lost' })));
  t.strictSame(
    taken.map((one) => (one.status === 'fulfilled' ? 'added' : one.reason.code)).sort(),
    ['account_exists', 'account_exists', 'account_exists', 'added'],
    'by one of those who want it at once',
  );
});

t.test('an account takes a name that a crash left behind, by one of those who want it at once', async (t) => {
  const { accounts, clock, close, store } = await open();
  t.teardown(close);
  const leaveName = async (username: string): Promise<void> => {
    const { id } = await accounts.add({ username });
    await store.commit([{ op: 'remove', key: { kind: 'account', family: id, id: '' } }]);
  };
  const ada = await accounts.add({ username: 'ada' });
  await leaveName('lost');
  const rename = (id: string) => accounts.update(id, { username: 'Lost' });
  await t.rejects(rename(ada.id), { code: 'account_exists' }, 'a sign-up may be storing its account');
  clock.advance(61_000);
  const others = await Promise.all([1, 2, 3].map((n) => accounts.add({ username: `other-${n}` })));
  const taken = await Promise.allSettled([ada, ...others].map(({ id }) => rename(id)));
  t.strictSame(taken.map((one) => (one.status === 'fulfilled' ? 'renamed' : one.reason.code)).sort(), [
    'account_exists',
    'account_exists',
    'account_exists',
    'renamed',
  ]);
  const winner = await accounts.findByUsername('lost');
  t.equal(winner?.username, 'Lost');
  t.equal((await accounts.find(winner?.id ?? ''))?.username, 'Lost');
  t.equal((await accounts.list()).items.filter(({ username }) => username === 'Lost').length, 1);
});

t.test('an account takes at once a name that its own interrupted change has reserved', async (t) => {
  const { accounts, close, store } = await open(keepsNoNames);
  t.teardown(close);
  const ada = await accounts.add({ username: 'ada' });
  const grace = await accounts.add({ username: 'grace' });
  const { entries } = await store.dump();
  const names = entries.flatMap((entry) =>
    entry.type === 'document' && entry.key.kind === 'account-name' ? [entry] : [],
  );
  const nameOf = (id: string) => names.find(({ document }) => document.body.includes(id));
  await accounts.remove(grace.id);
  // A crash in a cluster can leave the name without the change of the account.
  const key = nameOf(grace.id)?.key;
  const body = nameOf(ada.id)?.document.body;
  if (!key || body === undefined) throw new Error('the names were not found');
  await store.commit([{ op: 'insert', key, body }]);
  t.equal((await accounts.update(ada.id, { username: 'grace' })).username, 'grace');
  t.equal((await accounts.findByUsername('grace'))?.id, ada.id);
  t.equal(await accounts.findByUsername('ada'), undefined);
});

t.test('deceptive names and claims are refused, with the reason', async (t) => {
  const { accounts, close } = await open();
  t.teardown(close);
  for (const username of ['', '   ', 'a\u0000b', 'ad\u200ba', '\u202eada', 'x'.repeat(256)]) {
    await t.rejects(
      accounts.add({ username }),
      { code: 'username_invalid', exit: 2 },
      JSON.stringify(username),
    );
  }
  const broken = [
    { sub: 'admin' },
    { acr: 'high' },
    { email_verified: 'yes' },
    { name: 7 },
    { address: 'Main Street' },
    { updated_at: 1.5 },
    { note: 'x'.repeat(20_000) },
  ];
  for (const claims of broken) {
    await t.rejects(
      accounts.add({ username: 'ada', claims }),
      { code: 'claim_invalid' },
      Object.keys(claims)[0] ?? '',
    );
  }
  await t.rejects(accounts.add({ username: 'ada', password: 'short' }), { code: 'password_too_short' });
  await t.rejects(accounts.add({ username: 'ada', password: 'x'.repeat(300) }), {
    code: 'password_too_long',
  });
  await t.rejects(accounts.add({ username: 'ada', passwordHash: '$1$md5$x' }), {
    code: 'password_hash_unknown',
  });
  for (const [tooExpensive, limits] of [
    ['$2b$31$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e', /bcrypt is accepted up to cost 15/],
    ['$scrypt$ln=30,r=8,p=1$MDEy$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M', /scrypt .* 256 MiB, 16/],
    ['pbkdf2_sha256$6000001$NaClSalt$1Aq0hLa8l35XikIQ7eNc9xzo+EiW2MAOyMtZ4Qh+haA=', /PBKDF2 .* 3000000 /],
    [
      '$argon2id$v=19$m=2097152,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
      /argon2 .* 1024 MiB/,
    ],
  ] as const) {
    await t.rejects(accounts.add({ username: 'ada', passwordHash: tooExpensive }), {
      code: 'password_hash_unknown',
      message: limits,
    });
  }
  t.same((await accounts.list()).items, [], 'nothing is left behind');
});

t.test('the claim preferred_username is never the name of another account', async (t) => {
  const { accounts, close } = await open([
    'accounts=[{"username":"root","password":"a chain of iron rings"}]',
  ]);
  t.teardown(close);
  await accounts.add({ username: 'demo' });
  const refused = { code: 'claim_invalid', message: /the name of another account/ };
  for (const name of ['demo', 'DEMO', 'root']) {
    const claims = { preferred_username: name };
    await t.rejects(accounts.add({ username: 'helper', claims }), refused, name);
    const imported = await accounts.importer({ dryRun: true })([{ username: 'helper', claims }]);
    t.match(imported, [{ outcome: 'refused', message: refused.message }], `${name}, imported`);
  }
  const { id } = await accounts.add({ username: 'helper', claims: { preferred_username: 'h' } });
  await t.rejects(accounts.update(id, { claims: { preferred_username: 'demo' } }), refused);
  t.match(
    (await accounts.update(id, { claims: { preferred_username: 'Helper' } })).claims,
    { preferred_username: 'Helper' },
    'another spelling of its own',
  );
  await accounts.update(id, { claims: { preferred_username: 'Helper', name: 'H' } });
  const twice = await accounts.importer({ dryRun: true })([
    { username: 'one', claims: { preferred_username: 'two' } },
    { username: 'two' },
  ]);
  t.match(twice, [{ outcome: 'added' }, { outcome: 'refused' }]);
});

t.test('hashes of other systems are accepted, and replaced at the first sign-in', async (t) => {
  const { accounts, close, store } = await open();
  t.teardown(close);
  // These hashes were made with libxcrypt and with Python's hashlib.
  const tag = '3+AKEn+QQbfs7YP78DSMS6l4KSrl6u/UhL0QeqFeMfL1jAl7PNpU3vT970ttPj99WO9FgIEMfuaL23MriZ82Cw==';
  const hashes: Record<string, readonly [string, string]> = {
    bcrypt2b: ['correct horse', '$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e'],
    bcrypt2y: ['correct horse', '$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2'],
    bcrypt2a: ['U*U', '$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW'],
    scryptPhc: [
      'correct horse',
      '$scrypt$ln=10,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$6g3umF+uVrJsObaTZhIbbTlgrvOEFcCItdwSjtPF67M',
    ],
    scryptDjango: ['correct horse', `scrypt$1024$NaClSalt$8$1$${tag}`],
    scryptWerkzeug: [
      'correct horse',
      `scrypt:1024:8:1$NaClSalt$${Buffer.from(tag, 'base64').toString('hex')}`,
    ],
    scryptCrypt: [
      'pleaseletmein',
      '$7$C6..../....SodiumChloride$kBGj9fHznVYFQMEn/qDCfrDevf9YDtcDdKvEqHJLV8D',
    ],
    pbkdf2Passlib: ['correct horse', '$pbkdf2$1000$TmFDbFNhbHQ$.zRio3bE/rMTjcKshlmmRz/JsLU'],
    pbkdf2Django: [
      'correct horse',
      'pbkdf2_sha256$1000$NaClSalt$1Aq0hLa8l35XikIQ7eNc9xzo+EiW2MAOyMtZ4Qh+haA=',
    ],
    pbkdf2Werkzeug: [
      'correct horse',
      'pbkdf2:sha256:1000$NaClSalt$d40ab484b6bc977e578a4210ede35cf71ce8f84896d8c00ec8cb59e1087e85a0',
    ],
    pbkdf2Sha512: [
      'correct horse',
      '$pbkdf2-sha512$1000$TmFDbFNhbHQ$m7uCDNUWHMoqxPdQzc4zHp7mA3OhLvCt5+8nBbNGL+rk3+KHvaNOmethnrHLx/kq8q931j7JIvp5nXJqL+51Ng',
    ],
    argon2i: [
      'password',
      '$argon2i$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$wWKIMhR9lyDFvRz9YTZweHKfbftvj+qf+YFY4NeBbtA',
    ],
    argon2id: [
      'password',
      '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc',
    ],
  };
  const hashOf = async (id: string): Promise<string> => {
    const [document] = await store.read([{ kind: 'account', family: id, id: '' }]);
    return String(JSON.parse(document?.body ?? '{}').hash);
  };
  for (const [username, [plain, passwordHash]] of Object.entries(hashes)) {
    const { id } = await accounts.add({ username, passwordHash });
    t.equal(await accounts.authenticate(username, `${plain}!`), undefined, `${username}: wrong password`);
    t.equal(await hashOf(id), passwordHash, 'nothing changes by a wrong password');
    t.equal((await accounts.authenticate(username, plain))?.id, id, username);
    t.match(await hashOf(id), /^\$argon2id\$v=19\$m=8192,t=1,p=1\$/, 'renewed with the parameters in force');
    t.equal((await accounts.authenticate(username, plain))?.id, id, `${username} again`);
  }
});

t.test('a sign-in never restores a password that was changed meanwhile', async (t) => {
  const { accounts, close } = await open();
  t.teardown(close);
  const passwordHash = '$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e';
  const { id } = await accounts.add({ username: 'ada', passwordHash });
  await Promise.all([accounts.authenticate('ada', 'correct horse'), accounts.setPassword(id, password)]);
  t.equal((await accounts.authenticate('ada', password))?.id, id);
  t.equal(await accounts.authenticate('ada', 'correct horse'), undefined);
});

t.test('sign-ins beyond the queue are asked to retry later, and all others are answered', async (t) => {
  const { accounts, close } = await open([
    'security.password.max_concurrent=1',
    'security.password.max_queued=3',
  ]);
  t.teardown(close);
  const results = await Promise.allSettled(
    Array.from({ length: 20 }, () => accounts.authenticate('nobody', 'wrong')),
  );
  t.equal(results.filter(({ status }) => status === 'fulfilled').length, 4);
  for (const result of results) {
    if (result.status === 'rejected') t.match(result.reason, { code: 'overloaded', status: 503, exit: 5 });
  }
  t.equal(await accounts.authenticate('nobody', 'wrong'), undefined, 'the line is empty again');
});

t.test('an account that asks for many hashes holds no other one', async (t) => {
  const { accounts, close } = await open([
    'security.password.max_concurrent=1',
    'security.password.max_queued=6',
  ]);
  t.teardown(close);
  for (const username of ['ada', 'bob']) await accounts.add({ username, password });
  const ended: string[] = [];
  const signIn = (username: string) =>
    accounts.authenticate(username, password).then(
      () => ended.push(username),
      () => undefined,
    );
  const many = Array.from({ length: 30 }, () => signIn('ada'));
  await Promise.all([...many, signIn('bob'), signIn('bob')]);
  t.equal(ended.filter((username) => username === 'bob').length, 2, 'neither is refused');
  t.ok(ended.lastIndexOf('bob') <= 5, `they take turns: ${ended}`);
  t.equal(ended.length, 7, 'as many hashes as there were places');
});

t.test(
  'a cached account costs no round trip, and disabling it takes effect at once on every process',
  async (t) => {
    const { accounts, clock, close, config, events, store, roundTrips } = await open();
    t.teardown(close);
    const elsewhere = createAccounts({ store, config, clock, events });
    t.teardown(() => elsewhere.close());
    const { id } = await accounts.add({ username: 'ada' });
    await elsewhere.find(id);
    roundTrips();
    t.equal((await elsewhere.find(id))?.enabled, true);
    t.same(roundTrips(), [], 'served from a copy');

    await accounts.disable(id);
    await waitFor('the news', async () => (await elsewhere.find(id))?.enabled === false);
    t.equal(await elsewhere.forEngine(id), undefined, 'the engine finds no such account');

    await store.commit([{ op: 'remove', key: { kind: 'account', family: id, id: '' } }]);
    clock.advance(5_001);
    t.equal(await elsewhere.find(id), undefined, 'a missed announcement costs five seconds');
  },
);

t.test('accounts of the configuration can sign in, and can be changed only there', async (t) => {
  const fixed = [
    { username: 'Root', password, name: 'Root Person', acr: 'high', claims: { team: 'core' } },
    { username: 'gone', password, disabled: true },
    {
      username: 'named',
      sub: 'fixed-subject',
      password_hash: '$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e',
    },
  ];
  const { accounts, clock, close, events, store } = await open([`accounts=${JSON.stringify(fixed)}`]);
  t.teardown(close);
  const root = await accounts.authenticate('ROOT', password);
  t.match(root, {
    username: 'Root',
    from: 'configuration',
    acr: 'high',
    claims: { name: 'Root Person', team: 'core' },
  });
  t.equal(await accounts.authenticate('root', 'wrong'), undefined);
  t.equal(await accounts.authenticate('gone', password), undefined);
  t.equal((await accounts.authenticate('named', 'correct horse'))?.id, 'fixed-subject');
  t.same((await accounts.find(root?.id ?? ''))?.id, root?.id, 'the same subject after each start');
  await t.rejects(accounts.disable(root?.id ?? ''), { code: 'account_configured', exit: 4 });
  await t.rejects(accounts.add({ username: 'root' }), { code: 'account_exists' });
  const other = await accounts.add({ username: 'other' });
  await t.rejects(accounts.update(other.id, { username: 'ROOT' }), { code: 'account_exists' });

  t.match(await accounts.forEngine(root?.id ?? ''), { accountId: root?.id });
  const claims = (await accounts.forEngine(root?.id ?? ''))?.claims('userinfo', 'openid');
  t.match(claims, { sub: root?.id, team: 'core' });
  const twins = ['a', 'b'].map((username) => ({ username, password, sub: 'same' }));
  t.throws(() => createAccounts({ store, clock, events, config: { ...testConfig(), accounts: twins } }), {
    code: 'bad_configuration',
  });
});

t.test('accounts are listed page by page, each exactly once', async (t) => {
  const { accounts, clock, close } = await open();
  t.teardown(close);
  for (let n = 0; n < 7; n += 1) {
    clock.advance(1);
    await accounts.add({ username: `user${n}` });
  }
  const names: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await accounts.list({ limit: 3, ...(cursor === undefined ? {} : { cursor }) });
    names.push(...page.items.map(({ username }) => username));
    cursor = page.next;
  } while (cursor !== undefined);
  t.same(
    names.toSorted(),
    Array.from({ length: 7 }, (_, n) => `user${n}`),
  );
});

t.test('concurrent changes are all kept', async (t) => {
  const { accounts, close } = await open();
  t.teardown(close);
  const { id } = await accounts.add({ username: 'ada', claims: { keep: true, drop: true } });
  await Promise.all(
    Array.from({ length: 4 }, (_, n) => accounts.update(id, { claims: { [`claim${n}`]: n, drop: null } })),
  );
  t.match((await accounts.find(id))?.claims, { keep: true, claim0: 0, claim1: 1, claim2: 2, claim3: 3 });
  t.notOk(Object.hasOwn((await accounts.find(id))?.claims ?? {}, 'drop'));
  const fresh = await accounts.resetPassword(id);
  t.equal((await accounts.authenticate('ada', fresh))?.id, id);
});

t.test('a password that changes while it is checked no longer signs in', async (t) => {
  const { accounts, clock, config, events, store, close } = await open();
  t.teardown(close);
  const { id } = await accounts.add({ username: 'ada', password });
  let change: (() => Promise<unknown>) | undefined;
  const slow: Store = {
    ...store,
    async read(keys) {
      const documents = await store.read(keys);
      // The former record is on its way when the change commits.
      if (documents.some((document) => document?.body.includes('argon2'))) {
        const changing = change;
        change = undefined;
        await changing?.();
      }
      return documents;
    },
  };
  const attacker = createAccounts({ store: slow, config, clock, events });
  t.teardown(() => attacker.close());
  const other = 'a lantern by the harbour';
  for (const [title, meanwhile, typed] of [
    ['a new password', () => accounts.setPassword(id, other), password],
    ['the end of everything', () => accounts.signOut(id), other],
    ['a disabled account', () => accounts.disable(id), other],
  ] as const) {
    clock.advance(1_000);
    t.equal((await attacker.authenticate('ada', typed))?.id, id, 'before');
    change = meanwhile;
    t.equal(await attacker.authenticate('ada', typed), undefined, title);
  }
});
