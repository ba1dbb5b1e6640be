import { join } from 'node:path';
import t from 'tap';
import { searchText, searchTexts } from '#src/services/search/index.ts';
import { openCommandFolder, password, secret, startInProcess } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

t.test('texts are folded in the same way when they are stored and when they are looked for', async (t) => {
  t.equal(searchText('  Ada\u00a0 LOVELACE '), 'ada lovelace ');
  t.equal(searchText('ＡＤＡ'), 'ada', 'compatibility forms');
  t.equal(searchText('Ämne'), searchText('A\u0308mne'), 'composed or not');
  t.equal(searchText('a\n\u0000\u{10FFFF}b'), 'a b', 'no line break, control or unassigned character');
  t.equal([...searchText('😀'.repeat(100))].length, 64, 'it is cut between characters');
  t.same(searchTexts(['Ada', 'ADA', undefined, 7, ' ', 'ada@example.com']), ['ada', 'ada@example.com']);
});

t.test('accounts are found by the beginning of user name, e-mail address and name', async (t) => {
  const server = await startInProcess(t, {
    accounts: [{ username: 'adele', password, name: 'Adele Configured', email: 'adele@example.com' }],
  });
  const { accounts } = server.app.services;
  const add = (username: string, name: string, email: string) =>
    server.addAccount({ username, claims: { name, email } });
  const ada = await add('ada', 'Ada Lovelace', 'ada@example.com');
  const grace = await add('hopper', 'Grace Hopper', 'Grace@Navy.example');
  await add('bob', 'Bob Ada', 'bob@example.com');
  const found = async (prefix: string, limit = 50) => {
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await accounts.search(prefix, { limit, ...(cursor !== undefined && { cursor }) });
      names.push(...page.items.map(({ username }) => username));
      cursor = page.next;
    } while (cursor !== undefined);
    return names;
  };
  t.same(await found('ada'), ['ada'], 'once, although all its texts begin so');
  t.same(await found('ADA L'), ['ada']);
  t.same(await found('grace@n'), ['hopper']);
  t.same(await found('Grace'), ['hopper']);
  t.same(await found('ad'), ['adele', 'ada'], 'those of the configuration come first');
  t.same(await found('lovelace'), [], 'only the beginning');
  t.same((await found('', 1)).sort(), ['ada', 'adele', 'bob', 'hopper'], 'page by page');

  await accounts.update(ada.id, { username: 'countess', claims: { name: 'Augusta King', email: null } });
  t.same(await found('ada'), [], 'a change is found at once');
  t.same(await found('augusta'), ['countess']);
  await accounts.remove(grace.id);
  t.same(await found('grace'), []);
  await t.rejects(accounts.search('b', { cursor: 'forged' }), { name: 'InvalidCursor' });
});

t.test('clients are found by the beginning of name and id', async (t) => {
  const web = { redirect_uris: ['https://app.example.com/callback'] };
  const server = await startInProcess(t, {
    clients: [{ client_id: 'wiki', client_name: 'The Wiki', client_secret: secret, ...web }],
  });
  const { clients } = server.app.services;
  await server.addClient({ type: 'web', id: 'shop-1', metadata: { client_name: 'Wiki Shop', ...web } });
  const found = async (prefix: string) => (await clients.search(prefix)).items.map(({ id }) => id);
  t.same(await found('wiki'), ['wiki', 'shop-1']);
  t.same(await found('the'), ['wiki']);
  t.same(await found('SHOP'), ['shop-1']);
  await clients.update('shop-1', { client_name: 'Market' });
  t.same(await found('wiki s'), []);
  t.same(await found('market'), ['shop-1']);
  await clients.remove('shop-1');
  t.same(await found('market'), []);
});

t.test(
  'what an earlier release has stored becomes searchable at the next start, and commands search',
  async (t) => {
    const { cwd, runInProcess } = await openCommandFolder(t);
    const settings = { demo: false, store: { url: `sqlite:${join(cwd, 'store.db')}` } };
    const first = await startInProcess(t, settings);
    await first.addAccount({ username: 'ada', claims: { name: 'Ada Lovelace' } });
    await first.addAccount({ username: 'bob' });
    await first.addClient({ type: 'machine', id: 'robot', metadata: { client_name: 'Robot' } });
    // Earlier releases wrote records without entries by text, and no note of the index.
    const { items: accounts } = await first.store.list('accounts', 'all', { limit: 10 });
    const { items: clients } = await first.store.list('clients', 'all', { limit: 10 });
    for (const [index, listed] of [
      ...accounts.map((one) => ['accounts', one] as const),
      ...clients.map((one) => ['clients', one] as const),
    ])
      await first.store.commit([
        { op: 'merge', key: listed.key, index: [{ index, of: 'all', at: listed.at }], ifAbsent: 'refuse' },
      ]);
    for (const id of ['accounts', 'clients'])
      await first.store.commit([{ op: 'remove', key: { kind: 'search-index', family: 'search-index', id } }]);
    t.same((await first.app.services.accounts.search('ada')).items, []);
    await first.stop();

    const second = await startInProcess(t, settings);
    await waitFor(
      'the account',
      async () => (await second.app.services.accounts.search('ada l')).items.length === 1,
    );
    await waitFor(
      'the client',
      async () => (await second.app.services.clients.search('rob')).items.length === 1,
    );
    const json = async (...args: string[]) => {
      const { exit, out, err } = await runInProcess([...args, '--json']);
      t.equal(exit, 0, err);
      return JSON.parse(out);
    };
    t.match((await json('account', 'list', '--search', 'ADA')).items, [{ username: 'ada' }]);
    t.match((await json('client', 'list', '--search', 'rob')).items, [{ client_id: 'robot' }]);
    t.match((await runInProcess(['account', 'list', '--search', 'zoe'])).out, /No account begins with zoe/);
    t.equal((await runInProcess(['account', 'list', '--search', 'b', '--cursor', 'x'])).exit, 2);
  },
);
