import { join } from 'node:path';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { openCommandFolder } from '../support/setup/index.ts';

t.test('an operator changes the user name and claims of an account', async (t) => {
  const { runInProcess } = await openCommandFolder(t);
  const run = async (...args: string[]) => {
    const { exit, out, err } = await runInProcess(['account', ...args, '--json']);
    t.equal(exit, 0, err);
    return JSON.parse(out);
  };
  const { sub } = await run('add', 'ada', '--generate', '--claim', 'level=3', '--claim', 'nickname=Al');
  await run('add', 'bob', '--generate');

  const updated = await run('update', 'ada', '--claim', 'level={"now":4}', '--unset-claim', 'nickname');
  t.match(updated, { sub, username: 'ada', claims: { level: { now: 4 } } });
  t.notOk('nickname' in updated.claims);
  t.match(await run('update', sub, '--username', 'Ada Lovelace'), { sub, username: 'Ada Lovelace' });
  t.match(await run('show', 'ada lovelace'), { sub, claims: { level: { now: 4 } } });
  t.match(await run('update', 'ada lovelace', '--username', 'ADA Lovelace'), { username: 'ADA Lovelace' });
  t.match(await runInProcess(['account', 'add', 'ada', '--generate']), {
    exit: 4,
    err: /kept until .* `account release-name ada`/,
  });
  t.match(await run('release-name', 'ada'), { name: 'ada', released: true });
  t.match(await run('add', 'ada', '--generate'), { username: 'ada' });

  t.equal((await runInProcess(['group', 'add', 'staff'])).exit, 0);
  t.equal((await runInProcess(['group', 'add', 'admins'])).exit, 0);
  t.match(await run('update', 'bob', '--add-group', 'staff', '--claim', 'level=1'), { groups: ['staff'] });
  t.match(await run('update', 'bob', '--add-group', 'admins', '--remove-group', 'staff'), {
    groups: ['admins'],
    claims: { level: 1 },
  });

  const refusals: [readonly string[], number, RegExp][] = [
    [['nobody', '--claim', 'a=b'], 3, /no account nobody/],
    [['bob'], 2, /Nothing to change/],
    [['bob', '--username', 'ADA'], 4, /exists already/],
    [['bob', '--username', ''], 2, /visible characters/],
    [['bob', '--username', 'b\u043eb'], 2, /one alphabet/],
    [['bob', '--claim', 'sub=x'], 2, /claim `sub`/],
    [['bob', '--claim', 'email=7'], 2, /`email` must be a text/],
    [['bob', '--claim', 'nonsense'], 2, /name=value/],
    [['bob', '--claim', 'a=b', '--unset-claim', 'a'], 2, /leave one out/],
    [['bob', '--add-group', 'staff', '--remove-group', 'staff'], 2, /leave one out/],
    [['bob', '--add-group', 'unknown'], 3, /no group unknown/],
  ];
  for (const [args, exit, message] of refusals)
    t.match(await runInProcess(['account', 'update', ...args]), { exit, err: message }, args.join(' '));
  const { out } = await runInProcess(['audit', 'list', '--type', 'account.updated', '--json']);
  t.equal(JSON.parse(out).items.length, 5);
});

t.test('of operators who edit one account at once, none loses what another one did', async (t) => {
  const { runInProcess } = await openCommandFolder(t);
  t.equal((await runInProcess(['account', 'add', 'ada', '--generate'])).exit, 0);
  for (const i of [0, 2, 4, 6]) t.equal((await runInProcess(['group', 'add', `group${i}`])).exit, 0);
  const edits = await Promise.all([
    ...Array.from({ length: 7 }, (_, i) =>
      runInProcess([
        ...['account', 'update', 'ada', '--claim', `claim_${i}=${i}`],
        ...(i % 2 === 0 ? ['--add-group', `group${i}`] : []),
      ]),
    ),
    runInProcess(['account', 'update', 'ada', '--username', 'augusta']),
  ]);
  const outcomes = edits.map(({ exit }) => exit);
  // A command that looked for the former name after it was changed finds no account.
  t.same(
    outcomes.filter((exit) => exit !== 0 && exit !== 3),
    [],
  );
  t.equal(outcomes[7], 0);
  const { out } = await runInProcess(['account', 'show', 'augusta', '--json']);
  const { claims, groups = [] } = JSON.parse(out);
  outcomes.slice(0, 7).forEach((exit, i) => {
    t.equal(claims[`claim_${i}`], exit === 0 ? i : undefined);
    t.equal(groups.includes(`group${i}`), exit === 0 && i % 2 === 0);
  });

  const renames = await Promise.all(
    Array.from({ length: 4 }, (_, i) => runInProcess(['account', 'add', `p${i}`, '--generate'])),
  );
  t.same(
    renames.map(({ exit }) => exit),
    [0, 0, 0, 0],
  );
  const rivals = await Promise.all(
    Array.from({ length: 4 }, (_, i) =>
      runInProcess(['account', 'update', `p${i}`, '--username', 'champion']),
    ),
  );
  t.same(rivals.map(({ exit }) => exit).toSorted(), [0, 4, 4, 4], 'one gets the name');
});

t.test('an account takes a user name that a crash left without an account', async (t) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  for (const name of ['ada', 'lost']) await runInProcess(['account', 'add', name, '--generate']);
  const lost = JSON.parse((await runInProcess(['account', 'show', 'lost', '--json'])).out).sub;
  const rename = () => runInProcess(['account', 'update', 'ada', '--username', 'Lost']);
  t.match(await rename(), { exit: 4, err: /exists already/ }, 'while it has one');

  const store = await openStore(`sqlite:${join(cwd, 'store.db')}`, { clock: Date });
  const { entries } = await store.dump();
  const name = entries.find(
    (entry) =>
      entry.type === 'document' && entry.key.kind === 'account-name' && entry.document.body.includes(lost),
  );
  if (name?.type !== 'document') throw new Error('the name was not found');
  const { key, document } = name;
  await store.commit([
    { op: 'remove', key: { kind: 'account', family: lost, id: '' } },
    { op: 'put', key, body: JSON.stringify({ ...JSON.parse(document.body), at: Date.now() - 61_000 }) },
  ]);
  await store.close();

  t.match(await rename(), { exit: 0, out: /Lost/ });
  t.match(await runInProcess(['account', 'show', 'LOST']), { exit: 0 });
  t.match(await runInProcess(['account', 'show', 'ada']), { exit: 3 });
  t.equal((await runInProcess(['account', 'add', 'ada', '--generate'])).exit, 4, 'its former name is kept');
});
