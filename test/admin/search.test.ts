import t from 'tap';
import { type Caller, startAdminServer } from './admin-server.ts';

const { server, call, machine } = await startAdminServer(t, {
  accounts: [{ username: 'bea-fixed', password: 'correct horse battery' }],
});
const { accounts } = server.app.services;
const caller = await machine();

const names = ['Bea', 'beacon', 'BEATRICE', 'bear', 'beard', 'beat', 'beaver'];
for (const username of names) await accounts.add({ username });
await accounts.add({ username: 'ada', claims: { name: 'Bea of the Lake', email: 'bea@example.com' } });
await accounts.add({ username: 'abe' });
await accounts.disable((await accounts.findByUsername('bear'))?.id ?? '');
for (const [id, client_name] of [
  ['beach', 'Sand'],
  ['one', 'Beach house'],
  ['two', 'BEACON'],
  ['sea', 'Sea'],
])
  await server.addClient({ type: 'machine', id: String(id), metadata: { client_name } });

type Named = Readonly<Record<string, string>>;

/** Follows the cursors, and returns the items of each page. */
const pagesOf = async (path: string, by: Caller = caller): Promise<readonly (readonly Named[])[]> => {
  const pages: Named[][] = [];
  for (let cursor = ''; ; ) {
    const { body, status, headers } = await call('GET', path + cursor, { caller: by });
    t.equal(status, 200, path);
    pages.push(body.items);
    t.equal(headers.has('link'), body.next !== undefined, 'the next page is a link too');
    if (body.next === undefined) return pages;
    cursor = `&cursor=${encodeURIComponent(body.next)}`;
  }
};

t.test('accounts are found by the beginning of user name, name and address, each once', async (t) => {
  const pages = await pagesOf('/accounts?q=BEA&limit=3');
  t.ok(pages.length > 2, 'over several pages');
  const found = pages.flat().map(({ username }) => username);
  t.same(found.toSorted(), [...names, 'ada', 'bea-fixed'].toSorted());
  t.equal(found[0], 'bea-fixed', 'those of the configuration first');
  const [[ada] = []] = await pagesOf('/accounts?q=bea%40ex');
  t.equal(ada?.['username'], 'ada');
  t.same((await pagesOf('/accounts?q=eacon')).flat(), [], 'not by the middle of a name');
});

t.test('a search combines with the other filters, and not with exact names', async (t) => {
  const disabled = (await pagesOf('/accounts?q=bea&enabled=false&limit=2')).flat();
  t.same(
    disabled.map(({ username }) => username),
    ['bear'],
  );
  t.same((await pagesOf('/accounts?q=bea&group=postern-admins')).flat(), []);
  for (const query of ['q=', 'q=a&q=b', 'q=bea&username=ada', 'q=bea&email=a@example.com', 'q=bea&cursor=x'])
    t.equal((await call('GET', `/accounts?${query}`, { caller })).status, 400, query);
  t.equal((await call('GET', `/accounts?q=${'x'.repeat(256)}`, { caller })).status, 400);
  const { body } = await call('GET', '/accounts?limit=1', { caller });
  const foreign = encodeURIComponent(body.next);
  t.equal(
    (await call('GET', `/accounts?q=bea&cursor=${foreign}`, { caller })).status,
    400,
    'the cursor of a list is refused by a search',
  );
});

t.test('clients are found by the beginning of name and id', async (t) => {
  const pages = await pagesOf('/clients?q=Bea&limit=1');
  t.ok(pages.length > 2);
  const ids = pages.flat().map(({ client_id: id }) => id);
  t.same(ids.toSorted(), ['beach', 'one', 'two']);
  t.same((await pagesOf('/clients?q=bea&source=registration')).flat(), []);
});

t.test('a search needs the right to read', async (t) => {
  const other = await machine('admin:accounts admin:clients');
  for (const path of ['/accounts?q=bea', '/clients?q=bea'])
    t.match(await call('GET', path, { caller: other }), {
      status: 403,
      body: { code: 'insufficient_scope' },
    });
});
