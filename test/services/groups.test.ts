import t from 'tap';
import type { Config } from '#config';
import { createAccounts } from '#src/services/accounts/index.ts';
import { createGroups, deleteGroup } from '#src/services/groups/index.ts';
import type { Store } from '#src/store/port.ts';
import { createManualClock } from '../support/clocks.ts';
import { openCountingStore } from '../support/counting-store.ts';
import { giveFormerGroupClaim } from '../support/former-group-claims.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { testConfig } from '../support/setup/index.ts';

const open = async (set: Partial<Config> = {}) => {
  const clock = createManualClock();
  const { store, roundTrips } = await openCountingStore(clock);
  const { events, seen } = recordEvents();
  const config = { ...testConfig(), ...set };
  const accounts = createAccounts({ store, config, clock, events });
  const groups = createGroups({ store, config, clock, events });
  const close = async () => {
    accounts.close();
    await store.close();
  };
  return { accounts, groups, clock, close, config, events, seen, store, roundTrips };
};

t.test('names and texts of groups are checked, and a name is taken once', async (t) => {
  const { groups, close } = await open({ groups: [{ name: 'board' }] });
  t.teardown(close);
  for (const name of ['', 'Staff', 'a b', 'a/b', 'x'.repeat(65), 'ä'])
    await t.rejects(groups.add({ name }), { code: 'group_invalid', exit: 2 }, JSON.stringify(name));
  await t.rejects(groups.add({ name: 'a', title: ' ' }), { code: 'group_invalid' });
  await t.rejects(groups.add({ name: 'board' }), { code: 'group_exists' });
  const results = await Promise.allSettled(
    Array.from({ length: 8 }, () => groups.add({ name: 'staff', title: 'Staff' })),
  );
  t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  t.match(await groups.find('staff'), { name: 'staff', title: 'Staff', from: 'store' });
  t.match(await groups.update('staff', { title: null, description: 'All' }), { description: 'All' });
  t.equal((await groups.find('staff'))?.title, undefined);
  await t.rejects(groups.update('board', { title: 'x' }), { code: 'group_configured' });
  await t.rejects(groups.update('none', { title: 'x' }), { code: 'group_not_found' });
  t.same(
    (await groups.list()).items.map(({ name }) => name),
    ['board', 'staff'],
  );
});

t.test('an account joins and leaves groups, and concurrent changes are all kept', async (t) => {
  const { accounts, groups, close, seen } = await open({ groups: [{ name: 'board' }] });
  t.teardown(close);
  for (const name of ['a', 'b', 'c', 'd']) await groups.add({ name });
  await t.rejects(accounts.add({ username: 'ada', groups: ['nope'] }), { code: 'group_not_found' });
  t.equal(await accounts.findByUsername('ada'), undefined, 'nothing was stored');
  const ada = await accounts.add({ username: 'ada', groups: ['board', 'a', 'a'] });
  t.same(ada.groups, ['a', 'board']);
  await t.rejects(accounts.changeGroups(ada.id, { add: ['b', 'nope'] }), { code: 'group_not_found' });
  await Promise.all(['b', 'c', 'd'].map((name) => accounts.changeGroups(ada.id, { add: [name] })));
  t.same((await accounts.find(ada.id))?.groups, ['a', 'b', 'board', 'c', 'd']);
  await accounts.changeGroups(ada.id, { remove: ['a', 'gone'] });
  t.same((await accounts.find(ada.id))?.groups, ['b', 'board', 'c', 'd'], 'at once in this process');
  t.same((await accounts.update(ada.id, { groups: ['d'] })).groups, ['d']);
  t.ok(seen.some(({ type, details }) => type === 'group.member_removed' && details?.['group'] === 'board'));

  const many = Array.from({ length: 201 }, (_, n) => ({ name: `g${n}` }));
  for (const group of many) await groups.add(group);
  const names = many.map(({ name }) => name);
  await t.rejects(accounts.update(ada.id, { groups: names }), {
    code: 'group_invalid',
    message: /200 groups at most/,
  });
  t.equal((await accounts.update(ada.id, { groups: names.slice(1) })).groups.length, 200);
});

t.test('a deleted group has no members, whoever joins meanwhile, and a new one starts empty', async (t) => {
  const { accounts, groups, close } = await open();
  t.teardown(close);
  await groups.add({ name: 'staff' });
  const people = await Promise.all(
    Array.from({ length: 20 }, (_, n) =>
      accounts.add({ username: `p${n}`, groups: n < 10 ? ['staff'] : [] }),
    ),
  );
  const joining = people.slice(10).map(({ id }) => accounts.changeGroups(id, { add: ['staff'] }));
  const [deleted, ...joined] = await Promise.allSettled([deleteGroup(groups, accounts, 'staff'), ...joining]);
  t.equal(deleted.status, 'fulfilled');
  for (const result of joined)
    if (result.status === 'rejected') t.match(result.reason, { code: 'group_not_found' });
  t.equal(await groups.find('staff'), undefined);
  await groups.add({ name: 'staff' });
  t.same((await accounts.members('staff')).items, []);
  for (const { id } of people) t.same((await accounts.find(id))?.groups, []);
});

t.test('members are listed page by page, at the same cost in a group of any size', async (t) => {
  const { accounts, clock, groups, close, roundTrips } = await open();
  t.teardown(close);
  await groups.add({ name: 'all' });
  await groups.add({ name: 'few' });
  for (let n = 0; n < 300; n += 1) {
    clock.advance(1);
    await accounts.add({ username: `p${n}`, groups: n % 100 === 0 ? ['all', 'few'] : ['all'] });
  }
  roundTrips();
  const found: string[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = await accounts.members('all', { limit: 50, ...(cursor && { cursor }) });
    found.push(...page.items.map(({ username }) => username));
    cursor = page.next;
    pages += 1;
  } while (cursor);
  t.equal(new Set(found).size, 300);
  t.equal(pages, 6);
  t.equal(roundTrips().length, 6, 'one round trip for a page');
  t.equal((await accounts.members('few')).items.length, 3);
});

t.test('claims named groups work until they are moved, and are refused beside groups', async (t) => {
  const { accounts, groups, close, store } = await open();
  t.teardown(close);
  const rename = new Map([['Grafana Admins', 'grafana-admins']]);
  const none = { rename: new Map<string, string>(), drop: new Set<string>() };
  const legacy = { list: ['staff', 'dev'], text: 'staff, ops', odd: ['Grafana Admins'], wrong: { a: 1 } };
  for (const [username, value] of Object.entries(legacy))
    await giveFormerGroupClaim(store, (await accounts.add({ username })).id, value);
  await accounts.checkGroupClaims();
  await t.rejects(accounts.checkGroupClaims({ aboutToBe: true }), {
    code: 'groups_claimed',
    exit: 78,
    message: /group import-claims/,
  });
  const dry = await accounts.importGroupClaims({ ...none, dryRun: true });
  t.match(dry, { moved: 2, groups: ['dev', 'ops', 'staff'] });
  // Accounts that were added in one millisecond have no order.
  t.same(dry.problems.map(({ account }) => account.username).sort(), ['odd', 'wrong']);
  t.same((await groups.list()).items, [], 'a dry run changes nothing');
  const first = await accounts.importGroupClaims({ ...none, dryRun: false });
  t.match(first.problems.map(({ message }) => message).sort(), [
    /"Grafana Admins" can't be the name of a group/,
    /no list of names.*account update wrong --unset-claim groups/,
  ]);
  t.match(first, { moved: 0, groups: [] });
  t.same((await groups.list()).items, [], 'nothing is moved while a claim would be left');
  const wrong = await accounts.findByUsername('wrong');
  await accounts.update(wrong?.id ?? '', { claims: { groups: null } });
  const drop = new Set(['ops']);
  t.match(await accounts.importGroupClaims({ dryRun: false, rename, drop }), {
    moved: 3,
    groups: ['dev', 'grafana-admins', 'staff'],
    problems: [],
  });
  t.match(await accounts.findByUsername('text'), { groups: ['staff'] });
  t.equal((await accounts.findByUsername('list'))?.claims['groups'], undefined);
  await accounts.checkGroupClaims();
  await t.rejects(accounts.add({ username: 'late', claims: { groups: ['x'] } }), { code: 'claim_invalid' });
  t.same((await accounts.members('staff')).items.map(({ username }) => username).sort(), ['list', 'text']);
});

t.test(
  'a process that misses every message uses a removed membership for five seconds at most',
  async (t) => {
    const { accounts, clock, close, config, events, groups, store } = await open();
    t.teardown(close);
    await groups.add({ name: 'staff' });
    const ada = await accounts.add({ username: 'ada', groups: ['staff'] });
    const deaf: Store = { ...store, subscribe: () => () => {} };
    const elsewhere = createAccounts({ store: deaf, config, clock, events });
    t.teardown(() => elsewhere.close());
    const groupsElsewhere = async () => (await elsewhere.forEngine(ada.id))?.groups;
    t.same(await groupsElsewhere(), ['staff']);
    await accounts.changeGroups(ada.id, { remove: ['staff'] });
    t.same((await accounts.forEngine(ada.id))?.groups, [], 'at once where it was removed');
    t.same(await groupsElsewhere(), ['staff'], 'still from its cache');
    clock.advance(5_000);
    t.same(await groupsElsewhere(), []);
  },
);
