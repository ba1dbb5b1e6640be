import t, { type Test } from 'tap';
import { openStore } from '#adapters/index.ts';
import { createEvents, type SecurityEvent } from '#src/events.ts';
import { createAudit, csvHead, csvLine, listRecords, verify } from '#src/services/audit/index.ts';
import { loadSecretCipher } from '#src/services/keys/index.ts';
import { assertEach } from '../support/assert-each.ts';
import { createManualClock } from '../support/clocks.ts';
import { testConfig } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const open = async (t: Test, spaceLeft?: () => 'enough' | 'little' | 'reserve') => {
  const clock = createManualClock();
  const store = await openStore('memory:', { clock });
  t.teardown(() => store.close());
  const config = testConfig();
  const events = createEvents((fault) => {
    throw fault;
  });
  const cipher = await loadSecretCipher(config, store);
  const record = createAudit({
    store,
    config,
    clock,
    events,
    cipher: () => cipher,
    onError: (error) => t.error(error),
    ...(spaceLeft && { spaceLeft }),
  });
  const end = await record.start();
  const list = async () => {
    const { items } = await listRecords(store, {}, { limit: 5_000, order: 'ascending' });
    return items.filter(({ type }) => type !== 'audit.opened');
  };
  const countRecorded = async (): Promise<number> =>
    (await list()).reduce((sum, { merged }) => sum + (merged?.count ?? 1), 0);
  return {
    clock,
    emit: events.emit,
    end,
    list,
    record,
    countRecorded,
    whole: () => verify({ store, clock, cipher }),
  };
};

const refused = (more: Partial<SecurityEvent> = {}): SecurityEvent => ({
  type: 'token.refused',
  outcome: 'refused',
  reason: 'invalid_client',
  address: '192.0.2.1',
  correlation: 'a-request',
  details: { door: 'engine', detail: 'client not found' },
  ...more,
});

t.test('equal refusals of anonymous callers become one record with a count (CWE-779)', async (t) => {
  const { clock, emit, end, list, record, countRecorded, whole } = await open(t);
  const start = clock.now();
  emit(refused());
  await waitFor('the first, at once', () => record.state().written === 1);
  t.match(await list(), [{ address: '192.0.2.1', correlation: 'a-request', details: { detail: String } }]);

  for (let n = 0; n < 1_000; n += 1) {
    clock.advance(10);
    emit(refused({ correlation: `another-${n}` }));
  }
  clock.advance(49_999);
  emit(refused({ address: '192.0.2.2' }));
  t.equal(record.state().written + record.state().waiting, 2, 'nothing more as long as it goes on');
  clock.advance(1);
  emit(refused({ correlation: 'a-minute-later' }));
  await waitFor('the rest', () => record.state().written === 4);
  const [, , many, later] = await list();
  t.match(many, {
    type: 'token.refused',
    reason: 'invalid_client',
    address: '192.0.2.1',
    details: { door: 'engine' },
    at: start + 60_000,
    merged: { count: 1_000, first: start + 10, last: start + 10_000 },
  });
  t.notOk(many?.correlation, 'of none of them alone');
  t.match(later, { correlation: 'a-minute-later' }, 'then it begins anew');
  t.notOk(later?.merged);
  await end();
  t.equal(await countRecorded(), 1_003, 'no refusal is lost');
  t.match(await whole(), { records: 5, problems: [] });
});

t.test('pending counts are written when the server stops', async (t) => {
  const { emit, end, list, countRecorded, whole } = await open(t);
  for (let n = 0; n < 7; n += 1) emit(refused({ address: `2001:db8:1:2::${n}` }));
  emit(refused({ address: '2001:db8:1:3::1' }));
  await end();
  t.match(await list(), [
    { address: '2001:db8:1:2::0' },
    { address: '2001:db8:1:3::1' },
    { address: '2001:db8:1:2::/64', merged: { count: 6 } },
  ]);
  t.equal(await countRecorded(), 8);
  const { problems } = await whole();
  t.same(problems, []);
});

t.test('a clock that is set back keeps no count open', async (t) => {
  const { clock, emit, end, record, countRecorded } = await open(t);
  for (let n = 0; n < 3; n += 1) emit(refused());
  clock.advance(-3_600_000);
  emit(refused({ reason: 'invalid_grant' }));
  await waitFor('the count of before', () => record.state().written === 3);
  await end();
  t.equal(await countRecorded(), 4);
});

t.test('a few successes, and a few events that concern an account, have their own records', async (t) => {
  const { emit, end, list } = await open(t);
  const kinds = [
    refused({ account: 'ada', reason: 'wrong_password' }),
    refused({ outcome: 'ok', type: 'grant.revoked' }),
    { type: 'delivery', outcome: 'failed' },
  ] as const;
  for (const one of kinds) for (let n = 0; n < 3; n += 1) emit(one);
  for (const unlike of [
    { client: 'app' },
    { client: 'spa' },
    { reason: 'invalid_grant' },
    { type: 'userinfo.refused' },
    { details: { door: 'json' } },
  ])
    emit(refused(unlike));
  await end();
  t.equal((await list()).length, 14);
  t.notOk((await list()).some(({ merged }) => merged));
});

t.test('more anonymous callers than are distinguished fill neither memory nor the record', async (t) => {
  const { clock, emit, end, list, countRecorded } = await open(t);
  for (let n = 0; n < 20_000; n += 1) {
    emit(refused({ address: `10.${n >> 16}.${(n >> 8) & 255}.${n & 255}`, reason: n % 2 ? 'one' : 'two' }));
  }
  clock.advance(61_000);
  await end();
  const records = await list();
  t.equal(await countRecorded(), 20_000, 'each is counted');
  t.equal(records.length, 500 + 2 + 2, 'five hundred by themselves, the others by type and reason');
  t.match(
    records
      .filter(({ merged }) => merged)
      .map(({ reason, address, merged }) => [reason, address, merged?.count]),
    [
      ['two', undefined, 9_749],
      ['one', undefined, 9_749],
    ],
  );
});

t.test('what goes on, and what anyone can repeat, takes few records', async (t) => {
  const { clock, emit, end, list, countRecorded } = await open(t);
  for (let minute = 0; minute < 120; minute += 1) {
    emit(refused());
    emit({ type: 'pushed-request.accepted', outcome: 'ok', client: 'spa', address: '192.0.2.1' });
    emit({ type: 'logout', outcome: 'ok', address: '192.0.2.1' });
    clock.advance(61_000);
  }
  await end();
  t.equal(await countRecorded(), 360, 'each is counted');
  t.ok((await list()).length < 60, `${(await list()).length} records in two hours`);
});

t.test('with little space in the store, strangers are counted by type and reason only', async (t) => {
  const { clock, emit, end, list, countRecorded } = await open(t, () => 'little');
  for (let n = 0; n < 60; n += 1) {
    emit(refused({ address: `10.0.0.${n}`, client: `client-${n}` }));
    clock.advance(60_000);
  }
  await end();
  t.equal(await countRecorded(), 60);
  t.ok((await list()).length <= 6, `${(await list()).length} records in an hour`);
});

const granted = (more: Partial<SecurityEvent> = {}): SecurityEvent => ({
  type: 'authorization.granted',
  outcome: 'ok',
  account: 'ada',
  client: 'app',
  address: '192.0.2.1',
  correlation: 'a-request',
  details: { door: 'engine' },
  ...more,
});

t.test('what an account repeats is merged after a hundred records in an hour, with its name', async (t) => {
  const { clock, emit, end, list, countRecorded, whole } = await open(t);
  for (let n = 0; n < 600; n += 1) {
    emit(granted({ address: n < 500 ? '192.0.2.1' : `192.0.2.${n % 2}` }));
    if (n === 499) clock.advance(61_000);
  }
  emit(granted({ account: 'bob' }));
  emit(granted({ client: 'evil' }));
  clock.advance(61_000);
  await end();
  const [hundredth, first, merged, next, bob, evil, ofMany] = (await list()).slice(99);
  t.match(hundredth, { account: 'ada', correlation: 'a-request' });
  t.match(first, { account: 'ada', correlation: 'a-request' }, 'the first that is merged is whole');
  t.match(merged, {
    type: 'authorization.granted',
    account: 'ada',
    client: 'app',
    address: '192.0.2.1',
    details: { door: 'engine' },
    merged: { count: 399 },
  });
  t.notOk(merged?.correlation);
  t.notOk(next?.merged, 'a new minute begins with a whole record');
  t.match(bob, { account: 'bob', correlation: 'a-request' }, 'others are not merged');
  t.match(evil, { client: 'evil', correlation: 'a-request' }, 'nor is something new of that account');
  t.match(ofMany, { account: 'ada', merged: { count: 99 } });
  t.notOk(ofMany?.address, 'they came from two networks');
  t.equal(await countRecorded(), 602, 'each is counted');
  t.match(await whole(), { problems: [] });
});

t.test('refusals that name the account of a session are merged too, and begin anew each hour', async (t) => {
  const { clock, emit, end, list, countRecorded } = await open(t);
  for (let minute = 0; minute < 24 * 60; minute += 1) {
    for (let n = 0; n < 10; n += 1)
      emit(refused({ type: 'authorization.refused', account: 'ada', reason: `reason-${n % 3}` }));
    clock.advance(60_000);
  }
  await end();
  t.equal(await countRecorded(), 14_400);
  const records = await list();
  assertEach(t, records, ({ account }) => account === 'ada');
  t.ok(records.length < 24 * 120, `${records.length} records in a day`);
});

t.test('one account fills the record neither by many clients nor by many kinds', async (t) => {
  const { clock, emit, end, list, countRecorded } = await open(t);
  for (let n = 0; n < 10_000; n += 1) {
    emit(granted({ client: `client-${n % 1_000}`, type: n % 2 ? 'consent' : 'token.issued' }));
    if (n % 100 === 0) clock.advance(20_000);
  }
  await end();
  t.equal(await countRecorded(), 10_000);
  const records = await list();
  assertEach(t, records, ({ account }) => account === 'ada');
  t.ok(records.length < 350, `${records.length} records in half an hour`);
});

t.test('sign-ins, credentials and changes of operators have records of their own in a flood', async (t) => {
  const { emit, end, list } = await open(t);
  for (let n = 0; n < 500; n += 1) emit(granted());
  const own = ['sign-in', 'passkey.added', 'account.factor_removed', 'admin.account.update', 'key.added'];
  for (const type of own) for (let n = 0; n < 50; n += 1) emit(granted({ type }));
  for (let n = 0; n < 500; n += 1) emit(granted({ type: 'admin.client.update' }));
  for (let n = 0; n < 50; n += 1)
    emit(refused({ type: 'sign-in', reason: 'wrong_password', account: 'ada' }));
  await end();
  const records = await list();
  for (const type of own.slice(1))
    t.equal(records.filter((one) => one.type === type && !one.merged).length, 50, type);
  t.equal(
    records.filter(({ type }) => type === 'sign-in').length,
    100,
    'sign-in, also with a wrong password',
  );
  t.equal(records.filter(({ type }) => type === 'admin.client.update').length, 500, 'admin.client.update');
  t.equal(records.filter(({ merged }) => merged).length, 1);
});

t.test('more changes of credentials, or sign-ins, than a person makes are merged by account', async (t) => {
  const { emit, end, list, countRecorded } = await open(t);
  for (let n = 0; n < 500; n += 1) {
    emit(granted({ type: 'passkey.removed' }));
    emit(granted({ type: 'sign-in' }));
  }
  await end();
  t.equal(await countRecorded(), 1_000);
  t.equal((await list()).length, 2 * 102);
  const ofMany = { account: 'ada', merged: { count: 399 } };
  t.match((await list()).slice(-2), [
    { type: 'passkey.removed', ...ofMany },
    { type: 'sign-in', ...ofMany },
  ]);
});

t.test(
  'strangers choose which account they name, so their refusals are merged from the second on',
  async (t) => {
    const { emit, end, list, countRecorded } = await open(t);
    for (let n = 0; n < 20; n += 1) {
      emit(refused({ type: 'ciba.refused', reason: 'access_denied', client: 'bank', account: 'ada' }));
      emit(refused({ type: 'second-factor', reason: 'throttled', account: 'ada' }));
      emit(refused({ type: 'second-factor', reason: 'throttled', account: 'bob' }));
    }
    await end();
    t.equal(await countRecorded(), 60);
    t.match(
      (await list()).map(({ type, account, merged }) => [type, account, merged?.count ?? 1]),
      [
        ['ciba.refused', 'ada', 1],
        ['second-factor', 'ada', 1],
        ['second-factor', 'bob', 1],
        ['ciba.refused', 'ada', 19],
        ['second-factor', 'ada', 19],
        ['second-factor', 'bob', 19],
      ],
    );
  },
);

t.test('events that name neither account nor address are merged after a hundred of their type', async (t) => {
  const { emit, end, list, countRecorded } = await open(t);
  for (let n = 0; n < 1_000; n += 1) {
    emit({ type: 'fetch.refused', outcome: 'refused', reason: 'address_refused', details: { host: `${n}` } });
    emit({ type: 'delivery', outcome: 'ok', client: 'app', details: { kind: 'logout', tries: 1 } });
  }
  await end();
  t.equal(await countRecorded(), 2_000);
  const records = await list();
  t.equal(records.length, 2 * 102);
  t.match(
    records.find(({ type, merged }) => type === 'delivery' && merged),
    { client: 'app', details: { kind: 'logout' }, merged: { count: 899 } },
  );
});

for (const left of ['little', 'reserve'] as const) {
  t.test(`with this much space: ${left}, accounts and clients get few records`, async (t) => {
    const { clock, emit, end, list, countRecorded, whole } = await open(t, () => left);
    for (let minute = 0; minute < 60; minute += 1) {
      for (const account of ['ada', 'bob']) {
        emit(granted({ account, client: `client-${minute}` }));
        emit(granted({ account, type: 'sign-in' }));
        emit(granted({ account, type: 'passkey.added' }));
        emit(granted({ account, type: 'admin.account.update' }));
      }
      for (let n = 0; n < 100; n += 1) emit(granted({ account: `person-${minute}-${n}` }));
      clock.advance(60_000);
    }
    await end();
    t.equal(await countRecorded(), 60 * 108, 'each is counted');
    const records = await list();
    const numberOf = (wanted: string, account?: string): number =>
      records.filter((one) => one.type === wanted && (!account || one.account === account)).length;
    t.equal(numberOf('admin.account.update'), 120, 'each change of an operator');
    t.equal(numberOf('passkey.added'), 120, 'each change of a credential');
    t.equal(numberOf('sign-in'), left === 'little' ? 120 : 4, 'sign-ins');
    t.ok(numberOf('authorization.granted', 'ada') <= 4, 'two in half an hour, with the account');
    t.ok(numberOf('authorization.granted') < 220, `${numberOf('authorization.granted')} in an hour`);
    t.match(await whole(), { problems: [] });
  });
}

t.test('a CSV export has the count of each record', (t) => {
  const at = Date.UTC(2027, 0, 31);
  const record = {
    v: 1,
    chain: 'c',
    seq: 1,
    at,
    prev: '',
    hash: 'h',
    type: 'x',
    outcome: 'refused',
  } as const;
  t.match(csvHead, '"correlation","count","first","last","details"');
  t.match(csvLine(record), ',"1","","",');
  t.match(
    csvLine({ ...record, merged: { count: 12, first: at - 2_000, last: at - 1_000 } }),
    ',"12","2027-01-30T23:59:58.000Z","2027-01-30T23:59:59.000Z",',
  );
  t.end();
});
