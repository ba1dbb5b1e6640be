import { join } from 'node:path';
import t from 'tap';
import { openStore } from '#src/open-store.ts';
import { systemClock } from '#src/store/clock.ts';
import { giveFormerGroupClaim } from '../support/former-group-claims.ts';
import { openCommandFolder, testConfig } from '../support/setup/index.ts';

t.test('groups and their members are managed by command', async (t) => {
  const { runInProcess: run } = await openCommandFolder(t);
  const json = async (args: readonly string[]) => {
    const { exit, out, err } = await run([...args, '--json']);
    t.equal(exit, 0, err);
    return JSON.parse(out);
  };
  t.match(await json(['group', 'add', 'staff', '--title', 'Staff']), { name: 'staff', title: 'Staff' });
  await json(['group', 'add', 'dev']);
  await json(['account', 'add', 'ada', '--generate']);
  await json(['account', 'add', 'bob', '--generate']);
  t.match(await json(['group', 'add-member', 'staff', 'ada', 'bob']), {
    accounts: [{ username: 'ada', groups: ['staff'] }, { username: 'bob' }],
  });
  t.match((await run(['group', 'list'])).out, /staff +store +Staff/);
  t.match((await run(['account', 'show', 'ada'])).out, /groups +staff/);
  const first = await json(['group', 'show', 'staff', '--limit', '1']);
  t.match(first, { title: 'Staff', members: [{ username: 'ada' }] });
  t.match(await json(['group', 'show', 'staff', '--cursor', first.next]), { members: [{ username: 'bob' }] });
  t.match(await json(['group', 'remove-member', 'staff', 'ada']), { accounts: [{ groups: [] }] });
  t.match(await json(['group', 'update', 'staff', '--title', '', '--description', 'All of us']), {
    description: 'All of us',
  });
  t.match(await json(['group', 'delete', 'staff']), { deleted: true, members: 1 });
  t.match(await json(['group', 'list']), { items: [{ name: 'dev' }] });
});

t.test('every refusal of a group command is one sentence and its exit code', async (t) => {
  const { runInProcess: run } = await openCommandFolder(t);
  await run(['group', 'add', 'staff']);
  await run(['account', 'add', 'ada', '--generate']);
  const refusals: [readonly string[], number, RegExp][] = [
    [['group', 'add', 'staff'], 4, /A group staff exists already/],
    [['group', 'add', 'The Staff'], 2, /up to 64 characters of a-z/],
    [['group', 'show', 'nope'], 3, /There is no group nope/],
    [['group', 'delete', 'nope'], 3, /There is no group nope/],
    [['group', 'update', 'nope', '--title', 'x'], 3, /There is no group nope/],
    [['group', 'update', 'staff'], 2, /Nothing to change/],
    [['group', 'add-member', 'nope', 'ada'], 3, /There is no group nope; .*group add/],
    [['group', 'add-member', 'staff', 'eve'], 3, /no account eve/],
    [['group', 'show', 'staff', '--cursor', 'x'], 2, /--cursor/],
    [['group', 'import-claims', '--rename', 'x'], 2, /--rename wants claim=group/],
  ];
  for (const [args, exit, message] of refusals) {
    const result = await run(args);
    t.equal(result.exit, exit, `${args.join(' ')}: ${result.err}`);
    t.match(result.err, message);
    t.equal(result.err.trim().split('\n').length, 1, 'one line');
  }
});

t.test('claims named groups are moved by command', async (t) => {
  const { cwd, runInProcess: run } = await openCommandFolder(t);
  const account = JSON.parse((await run(['account', 'add', 'ada', '--generate', '--json'])).out);
  const config = testConfig([`store.url=sqlite:${join(cwd, 'store.db')}`]);
  const store = await openStore(config, systemClock);
  await giveFormerGroupClaim(store, account.sub, ['staff', 'interns']);
  await store.close();
  const refused = await run(['group', 'add', 'dev']);
  t.equal(refused.exit, 78);
  t.match(refused.err, /ada has one: run `postern group import-claims`/);
  t.equal((await run(['admin', 'invite', 'root@example.com'])).exit, 78);
  t.match((await run(['group', 'import-claims', '--dry-run'])).out, /Would move the claims of 1 account/);
  const moved = await run(['group', 'import-claims', '--drop', 'interns']);
  t.match(moved.out, /Moved the claims of 1 account; new groups: staff\./);
  t.equal((await run(['group', 'add', 'dev'])).exit, 0);
  t.match((await run(['group', 'show', 'staff'])).out, /ada +enabled/);
});
