import { join } from 'node:path';
import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { createAccounts } from '#src/services/accounts/index.ts';
import { recordEvents } from '../support/recorded-events.ts';
import { openCommandFolder, testConfig } from '../support/setup/index.ts';

interface Shown {
  readonly sub: string;
  readonly password?: string;
}

const password = 'correct horse battery staple';

t.test('accounts are managed by command while a server runs on the same store', async (t) => {
  const { cwd, run, runInProcess } = await openCommandFolder(t);
  const store = await openStore(`sqlite:${join(cwd, 'store.db')}`, { clock: Date });
  const { events } = recordEvents();
  const server = createAccounts({ store, config: testConfig(), clock: Date, events });
  t.teardown(async () => {
    server.close();
    await store.close();
  });

  const added = await run(
    ['account', 'add', 'ada', '--claim', 'email=ada@example.com', '--claim', 'level=3', '--json'],
    `${password}\n`,
  );
  t.equal(added.exit, 0, added.err);
  t.notMatch(added.out + added.err, password);
  const { sub } = added.json<Shown>();
  t.match(added.json(), { username: 'ada', claims: { email: 'ada@example.com', level: 3 }, enabled: true });
  t.equal((await server.authenticate('ada', password))?.id, sub);

  t.match((await run(['account', 'show', sub, '--json'])).json(), { username: 'ada' });
  t.match((await run(['account', 'disable', 'ADA', '--json'])).json(), { enabled: false });
  t.equal(await server.authenticate('ada', password), undefined);
  t.match((await runInProcess(['account', 'list'])).out, /ada +disabled +store/);
  t.match((await run(['account', 'enable', 'ada', '--json'])).json(), { enabled: true });

  const fresh = (await run(['account', 'reset-password', 'ada', '--json'])).json<Shown>().password ?? '';
  t.equal((await server.authenticate('ada', fresh))?.id, sub);
  t.equal(await server.authenticate('ada', password), undefined);
  t.equal((await run(['account', 'reset-password', 'ada', '--choose'], `${password}\n`)).exit, 0);
  t.equal((await server.authenticate('ada', password))?.id, sub);

  const generated = await run(['account', 'add', 'bob', '--generate']);
  t.match(generated.err, /shown this once/);
  const recorded = /password +(\S+)/.exec(generated.out)?.[1] ?? '';
  t.ok(await server.authenticate('bob', recorded));
  t.equal(
    (
      await run(
        ['account', 'add', 'eve', '--hash'],
        '$2b$04$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e\n',
      )
    ).exit,
    0,
  );
  t.ok(await server.authenticate('eve', 'correct horse'));

  t.match((await run(['account', 'delete', 'ada', '--json'])).json(), { sub, deleted: true });
  t.equal(await server.findByUsername('ada'), undefined);
});

t.test('every refusal of an account command is one sentence and its exit code', async (t) => {
  const { run, runInProcess: runHere } = await openCommandFolder(t);
  await runHere(['account', 'add', 'ada', '--generate']);
  const refusals: [readonly string[], string | undefined, number, RegExp][] = [
    [['account', 'show', 'nobody'], undefined, 3, /no account nobody/],
    [['account', 'disable', 'nobody'], undefined, 3, /no account nobody/],
    [['account', 'reset-password', 'nobody'], undefined, 3, /no account nobody/],
    [['account', 'delete', 'nobody'], undefined, 3, /no account nobody/],
    [['account', 'add', 'ADA', '--generate'], undefined, 4, /exists already/],
    [['account', 'add', 'bob'], '', 2, /standard input/],
    [['account', 'add', 'bob'], 'short\n', 2, /at least 10 characters/],
    [['account', 'add', 'bob'], 'password123\n', 2, /first that attackers try/],
    [['account', 'add', 'bob-the-builder'], 'Bob-the-Builder1\n', 2, /little more than names/],
    [['account', 'reset-password', 'ada', '--choose'], 'password123\n', 2, /first that attackers try/],
    [['account', 'add', 'b\u043eb', '--generate'], undefined, 2, /one alphabet/],
    [['account', 'add', 'bob', '--hash'], '$1$x$y\n', 2, /of no known kind/],
    [['account', 'add', 'bob', '--generate', '--claim', 'sub=admin'], undefined, 2, /claim `sub`/],
    [['account', 'add', 'bob', '--generate', '--claim', 'x'], undefined, 2, /name=value/],
    [['account', 'add', '', '--generate'], undefined, 2, /visible characters/],
    [['account', 'add', 'bob', password], undefined, 2, /argument/],
  ];
  await Promise.all(
    refusals.map(async ([args, input, exit, message]) => {
      const ran = await (input === undefined ? runHere(args) : run(args, input));
      t.equal(ran.exit, exit, `${args.join(' ')}: ${ran.err}`);
      t.match(ran.err, message);
      t.equal(ran.err.trim().split('\n').length, 1, 'one line, no stack');
    }),
  );
  t.match((await run(['account', 'list', '--json'])).json<{ items: unknown[] }>().items.length, 1);
});

t.test('a hash made for the configuration works there', async (t) => {
  const { run } = await openCommandFolder(t);
  const { password_hash } = (await run(['account', 'hash-password', '--json'], `${password}\n`)).json<{
    password_hash: string;
  }>();
  const store = await openStore('memory:', { clock: Date });
  const { events } = recordEvents();
  const config = testConfig([`accounts=${JSON.stringify([{ username: 'root', password_hash }])}`]);
  const accounts = createAccounts({ store, config, clock: Date, events });
  t.teardown(async () => {
    accounts.close();
    await store.close();
  });
  t.ok(await accounts.authenticate('root', password));
});
