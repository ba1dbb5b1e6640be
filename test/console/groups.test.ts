import t from 'tap';
import { groupOf } from '../admin/admin-server.ts';
import { sendForm, startConsole } from './console-server.ts';

const { server, issuer, browserOf } = await startConsole(t, {
  groups: [{ name: 'founders', title: 'Founders' }],
  accounts: [{ username: 'configured', password: 'a chain of iron rings', groups: ['founders'] }],
});
const { accounts, groups } = server.app.services;
const list = `${issuer}/admin/groups`;
const admin = await browserOf('admin');
const idOf = async (username: string) => (await accounts.findByUsername(username))?.id ?? '';

t.test('a group is added, edited and deleted', async (t) => {
  for (const name of ['', 'Not A Name', 'founders', groupOf.admin]) {
    const page = await sendForm(admin, `${list}/new`, { name, title: 'Crew' });
    t.ok([409, 422].includes(page.status), `${name} ${page.status}`);
    t.match(page.body, 'value="Crew"', 'the input stays');
  }
  const added = await sendForm(admin, `${list}/new`, {
    name: 'crew',
    title: 'Crew',
    description: 'On board',
  });
  t.equal(added.headers.get('location'), '/admin/groups/crew?done=added');
  t.match((await admin.request(list)).body, '<a class="group-open" href="/admin/groups/crew">crew</a>');

  const edit = `${list}/crew/edit`;
  const { version = '' } = (await groups.find('crew')) ?? {};
  await groups.update('crew', { title: 'The crew' });
  const conflict = await sendForm(admin, edit, { title: 'Our crew', description: 'On board', version });
  t.equal(conflict.status, 412);
  t.match(conflict.body, 'The crew');
  t.match(conflict.body, 'value="Our crew"');
  t.match(await groups.find('crew'), { title: 'The crew' });
  t.equal((await sendForm(admin, edit, { title: 'Our crew', description: '' })).status, 303);
  t.match(await groups.find('crew'), { title: 'Our crew', description: undefined });

  t.equal((await sendForm(admin, `${list}/crew/remove`, { typed: 'cre' })).status, 422);
  t.equal((await sendForm(admin, `${list}/crew/remove`, { typed: 'crew' })).status, 303);
  t.equal(await groups.find('crew'), undefined);
  t.equal((await admin.request(`${list}/crew`)).status, 404);
});

t.test('members are added and removed, and each membership has its source', async (t) => {
  await groups.add({ name: 'sailors' });
  const page = `${list}/sailors`;
  const { id } = await server.addAccount({
    username: 'upstreamed',
    upstreamGroups: { upstream: 'corp', groups: ['sailors'] },
  });
  const unknown = await sendForm(admin, `${page}/add`, { login: 'no-such-person' });
  t.equal(unknown.status, 422);
  t.match(unknown.body, 'value="no-such-person"');
  t.equal((await sendForm(admin, `${page}/add`, { login: 'ada' })).status, 303);
  const shown = await admin.request(`${page}?done=memberAdded`);
  t.match(shown.body, /ada<\/a><\/th>\s*<td[^>]*>Added here/);
  t.match(shown.body, /upstreamed<\/a><\/th>\s*<td[^>]*>From corp/);
  t.match(shown.body, 'The member was added.');
  const member = `${page}/members/${await idOf('ada')}`;
  t.equal((await sendForm(admin, member)).status, 303);
  t.same((await accounts.find(await idOf('ada')))?.groups, []);
  t.equal((await sendForm(admin, `${page}/members/${id}`)).status, 303);
  t.match(
    server.events.findLast(({ type }) => type === 'admin.group.member_remove'),
    { account: id, details: { group: 'sailors', by: await idOf('admin') } },
  );
});

t.test('a group that gives a role is changed after a recent sign-in only', async (t) => {
  const shown = await admin.request(`${list}/${groupOf.admin}`);
  t.match(shown.body, 'The members of this group administer this server.');
  const old = await browserOf('admin', { ago: 16 * 60 });
  for (const path of ['edit', 'add', 'remove', `members/${await idOf('viewer')}`]) {
    const page = await old.request(`${list}/${groupOf.viewer}/${path}`);
    t.equal(page.status, 303, path);
    t.match(page.headers.get('location'), 'max_age=780');
  }
  t.equal((await sendForm(admin, `${list}/${groupOf.support}/add`, { login: 'ada' })).status, 303);
  t.same((await accounts.find(await idOf('ada')))?.groups, [groupOf.support]);
  const removal = await sendForm(admin, `${list}/${groupOf.support}/members/${await idOf('ada')}`);
  t.equal(removal.status, 303);
  const viewer = await browserOf('viewer');
  t.notMatch((await viewer.request(`${list}/${groupOf.admin}`)).body, 'group-member-add');
});

t.test(
  'a person joins a group after a recent sign-in of the administrator, and leaves it at any time',
  async (t) => {
    await groups.add({ name: 'rowers' });
    const old = await browserOf('admin', { ago: 16 * 60 });
    const ada = await idOf('ada');
    const late = await sendForm(old, `${list}/rowers/add`, { login: 'ada' });
    t.equal(late.status, 303);
    t.match(late.headers.get('location'), '/oauth/authorize?');
    t.notOk((await accounts.find(ada))?.groups.includes('rowers'));
    t.equal((await sendForm(admin, `${list}/rowers/add`, { login: 'ada' })).status, 303);
    t.ok((await accounts.find(ada))?.groups.includes('rowers'));
    const gone = await sendForm(old, `${list}/rowers/members/${ada}`);
    t.equal(gone.headers.get('location'), '/admin/groups/rowers?done=memberRemoved');
    t.notOk((await accounts.find(ada))?.groups.includes('rowers'));
  },
);

t.test('a group of the configuration keeps its texts, and takes members', async (t) => {
  const shown = await admin.request(`${list}/founders`);
  t.match(shown.body, 'comes from the configuration file');
  t.notMatch(shown.body, '/admin/groups/founders/edit');
  t.match(shown.body, 'From the configuration');
  t.equal((await sendForm(admin, `${list}/founders/edit`, { title: 'Mine' })).status, 409);
  t.equal((await sendForm(admin, `${list}/founders/remove`, { typed: 'founders' })).status, 409);
  t.equal((await sendForm(admin, `${list}/founders/add`, { login: 'ada' })).status, 303);
});

t.test(
  'a text that fits several accounts adds none of them, and the page says how to name one',
  async (t) => {
    await groups.add({ name: 'bosses' });
    const add = `${list}/bosses/add`;
    const claims = { email: 'boss@corp.example', email_verified: true };
    const boss = await server.addAccount({ username: 'boss', claims });
    const other = await server.addAccount({ username: 'boss@corp.example' });
    const refused = await sendForm(admin, add, { login: 'boss@corp.example' });
    t.equal(refused.status, 422);
    t.match(refused.body, `id:${boss.id} (boss)`);
    t.match(refused.body, `id:${other.id} (boss@corp.example)`);
    t.match(refused.body, 'value="boss@corp.example"');
    for (const { id } of [boss, other]) t.same((await accounts.find(id))?.groups, []);
    t.equal((await sendForm(admin, add, { login: `id:${boss.id}` })).status, 303);
    t.same((await accounts.find(boss.id))?.groups, ['bosses']);
    t.same((await accounts.find(other.id))?.groups, []);
  },
);
