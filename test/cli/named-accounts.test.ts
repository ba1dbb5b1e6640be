import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { openCommandFolder } from '../support/setup/index.ts';

// A person may have chosen the sub or the address of another person as a user name.

t.test('a command acts on no account when the text fits several, and says how to name one', async (t) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  const run = async (...args: string[]) => {
    const { exit, out, err } = await runInProcess([...args, '--json']);
    t.equal(exit, 0, err);
    return JSON.parse(out);
  };
  const bySub = await run('account', 'add', 'sub-of-boss', '--generate');
  const byAddress = await run('account', 'add', 'boss@corp.example', '--generate');
  const file = join(cwd, 'people.ndjson');
  const claims = { email: 'boss@corp.example', email_verified: true };
  await writeFile(file, JSON.stringify({ username: 'boss', sub: 'sub-of-boss', claims }));
  await run('account', 'import', file);
  await run('group', 'add', 'staff');

  for (const [text, other] of [
    ['sub-of-boss', bySub],
    ['boss@corp.example', byAddress],
  ]) {
    for (const args of [
      ['account', 'disable', text],
      ['account', 'delete', text],
      ['group', 'add-member', 'staff', text],
      ['session', 'list', text],
      ['audit', 'list', '--account', text],
      ['audit', 'export', '--account', text],
    ]) {
      const { exit, err } = await runInProcess(args);
      t.equal(exit, 4, args.join(' '));
      t.match(err, 'id:sub-of-boss (boss)');
      t.match(err, `id:${other.sub} (${other.username})`);
    }
    t.match(await run('account', 'show', `id:${other.sub}`), { sub: other.sub, enabled: true });
  }
  t.same((await run('group', 'show', 'staff')).members, []);

  await run('group', 'add-member', 'staff', 'id:sub-of-boss');
  t.match((await run('group', 'show', 'staff')).members, [{ username: 'boss' }]);
  await run('account', 'disable', `id:${bySub.sub}`);
  t.match(await run('account', 'show', 'boss'), { enabled: true });
  t.match(await run('account', 'show', bySub.sub), { enabled: false }, 'a sub that is no other name');
  const { items } = await run('audit', 'list', '--account', 'id:sub-of-boss');
  t.match(items, [{ type: 'group.member_added', account: 'sub-of-boss' }]);
  t.match(await runInProcess(['account', 'show', 'id:boss']), { exit: 3 }, 'an id is no user name');
});

t.test('an account is named by its verified address', async (t) => {
  const { runInProcess } = await openCommandFolder(t);
  const add = ['account', 'add', 'ada', '--generate', '--claim', 'email=ada@corp.example'];
  t.match(await runInProcess(add), { exit: 0 });
  const show = ['account', 'show', 'Ada@Corp.example', '--json'];
  t.match(await runInProcess(show), { exit: 3 }, 'an address that is not verified');
  const verify = ['account', 'update', 'ada', '--claim', 'email_verified=true'];
  t.match(await runInProcess(verify), { exit: 0 });
  t.match(JSON.parse((await runInProcess(show)).out), { username: 'ada' });
});

t.test('the records of a removed account are not those of another with its sub as the name', async (t) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  const file = join(cwd, 'people.ndjson');
  await writeFile(file, JSON.stringify({ username: 'former', sub: 'sub-of-former' }));
  for (const args of [
    ['account', 'import', file],
    ['account', 'disable', 'former'],
    ['account', 'delete', 'former'],
    ['account', 'add', 'sub-of-former', '--generate'],
  ])
    t.match(await runInProcess(args), { exit: 0 }, args.join(' '));
  const refused = await runInProcess(['audit', 'list', '--account', 'sub-of-former']);
  t.match(refused, { exit: 4, err: /, id:sub-of-former;/ });
  const { out } = await runInProcess(['audit', 'list', '--account', 'id:sub-of-former', '--json']);
  t.match(JSON.parse(out).items[0], { type: 'account.removed', account: 'sub-of-former' });
});
