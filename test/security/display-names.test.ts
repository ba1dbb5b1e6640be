import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { isDisplayName, toDisplayName } from '#src/display-name.ts';
import { accountKey, readAccount, replaceAccount } from '#src/services/accounts/record.ts';
import { startAdminServer } from '../admin/admin-server.ts';
import { sendForm } from '../console/console-server.ts';
import { addPasskey } from '../support/passkeys.ts';
import {
  Browser,
  newVerifier,
  openCommandFolder,
  password,
  RelyingParty,
  redirectUri,
  secret,
  signedInBrowser,
} from '../support/setup/index.ts';

const names = {
  'a Persian name with a non-joiner': 'علی\u200cرضا',
  'a Sinhala word with a joiner': 'ශ්\u200dරී',
  'an older spelling of a Malayalam letter': 'രാജന്\u200d',
  'a variant of an ideograph': '葛\u{e0100}城',
  'a Mongolian variant': 'ᠮᠣᠩᠭ\u180bᠣᠯ',
  'pictures that are joined': 'Ada 👩🏽\u200d💻 ❤️\u200d🔥',
  'the flag of Scotland': '🏴\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}',
  'a number in a box': '1\ufe0f\u20e3',
  'letters with marks': 'Ngu\u0301yễn Łukasz',
  'right to left': 'שרה כהן',
};

const misleading = {
  'a character without width': 'ad\u200bmin',
  'a joiner between Latin letters': 'ad\u200dmin',
  'a non-joiner at the end': 'علی\u200c',
  'two non-joiners': 'علی\u200c\u200cرضا',
  'a change of direction': '\u202enimda',
  'an isolate': 'a\u2066b\u2069',
  'a mark of direction': 'Ada\u200f',
  'a soft hyphen': 'ad\u00admin',
  'a hidden letter': 'Ada\u{e0061}',
  'a variant of a Latin letter': 'a\ufe0f',
  'a byte order mark': '\ufeffAda',
  'a control character': 'Ada\u0007',
  'a second line': 'Ada\nLovelace',
  'half a character': 'Ada\ud800',
};

const empty = ['\u200b', '\u3164', '\u2800', '\u00a0', '\u0301', '\u200d', '\ufe0f'];

t.test('names of all languages are accepted, and others are told apart', async (t) => {
  const refused = Object.entries(names).filter(([, name]) => !isDisplayName(name));
  const accepted = [
    ...Object.entries(misleading).filter(([, name]) => isDisplayName(name)),
    ...empty.filter(isDisplayName),
  ];
  t.same(refused, []);
  t.same(accepted, []);
  t.same(Object.values(names).map(toDisplayName), Object.values(names));
  t.same(
    empty.map(toDisplayName),
    empty.map(() => undefined),
  );
  const left = Object.values(misleading).map((name) => toDisplayName(name) ?? '');
  t.same(
    left.filter((name) => !isDisplayName(name)),
    [],
    'what is left of a name is one',
  );
  const started = performance.now();
  toDisplayName('👩\u200d'.repeat(20_000) + '\u200c'.repeat(20_000));
  t.ok(performance.now() - started < 5_000);
});

t.test('every way to give a name refuses one that misleads', async (t) => {
  const { server, issuer, call, person } = await startAdminServer(t, {
    pages: { create_account: true },
    registration: { enabled: true },
    profile: { editable: ['name', 'nickname'] },
  });
  const { accounts, clients, groups, passkeys } = server.app.services;
  const { id } = await server.addAccount({ username: 'ada', password, claims: { name: 'Ada' } });
  await groups.add({ name: 'staff', title: 'Staff' });
  await server.addClient({ type: 'machine', id: 'shop', metadata: { client_name: 'Shop' } });
  await addPasskey(server, 'ada');
  const [passkey] = await passkeys.list(id);
  const caller = await person('admin');
  const ada = await signedInBrowser(server, 'ada', { how: { amr: ['pwd', 'swk', 'user', 'mfa'] } });
  const admin = await signedInBrowser(server, 'admin');

  const api = async (method: string, path: string, body: unknown): Promise<number> =>
    (await call(method, path, { caller, body, headers: method === 'PATCH' ? { 'if-match': '*' } : {} }))
      .status;
  const signUp = async (name: string): Promise<number> => {
    const browser = new Browser();
    const url = new RelyingParty(issuer, 'console', secret).authorizationUrl(newVerifier(), {
      prompt: 'create',
    });
    const form = { login: 'newcomer', name, email: 'newcomer@example.com', password };
    const page = await browser.submit(await browser.open(url), form);
    t.match(page.body, 'id="name-error"');
    return page.status;
  };
  const register = async (name: string): Promise<number> => {
    const body = JSON.stringify({ redirect_uris: [redirectUri], client_name: name });
    const headers = { 'content-type': 'application/json' };
    return (await fetch(`${issuer}/oauth/register`, { method: 'POST', headers, body })).status;
  };
  const ways: Readonly<Record<string, (name: string) => Promise<number>>> = {
    'sign-up': signUp,
    'the profile': async (name) =>
      (await sendForm(ada, `${issuer}/account/profile`, { 'claim-name': name })).status,
    'the name of a passkey': async (name) =>
      (await sendForm(ada, `${issuer}/account/passkeys/${passkey?.id}`, { name })).status,
    'the console': async (name) =>
      (await sendForm(admin, `${issuer}/admin/accounts/${id}/edit`, { username: 'ada', name })).status,
    'a new account': (name) => api('POST', '/accounts', { username: 'eve', claims: { name } }),
    'a claim': (name) => api('PATCH', `/accounts/${id}`, { claims: { given_name: name } }),
    'a user name': (name) => api('PATCH', `/accounts/${id}`, { username: name }),
    'the title of a group': (name) => api('PATCH', '/groups/staff', { title: name }),
    'the name of a client': (name) => api('PATCH', '/clients/shop', { metadata: { client_name: name } }),
    registration: register,
  };
  const wrong: string[] = [];
  for (const [way, give] of Object.entries(ways))
    for (const name of ['ad\u200bmin', '\u202enimda', '\u3164']) {
      const status = await give(name);
      if (status !== (way === 'registration' ? 400 : 422))
        wrong.push(`${way}: ${JSON.stringify(name)}: ${status}`);
    }
  t.same(wrong, []);
  t.equal((await accounts.find(id))?.claims['name'], 'Ada');
  t.equal((await groups.find('staff'))?.title, 'Staff');
  t.equal((await clients.get('shop'))?.metadata.client_name, 'Shop');
  t.equal((await passkeys.list(id))[0]?.name, undefined);
  t.equal(await accounts.findByUsername('newcomer'), undefined);

  t.equal((await ways['the name of a passkey']?.(names['a Persian name with a non-joiner'])) ?? 0, 303);
  t.equal(
    await api('PATCH', `/accounts/${id}`, { claims: { name: names['a variant of an ideograph'] } }),
    200,
  );
});

t.test('commands and imports refuse such a name', async (t) => {
  const folder = await openCommandFolder(t);
  const add = await folder.runInProcess(['account', 'add', 'ada', '--generate', '--claim', 'name=A\u200bda']);
  t.match(add.err, 'The claim `name` shows nothing, or has characters');
  const file = join(folder.cwd, 'people.ndjson');
  await writeFile(file, `${JSON.stringify({ username: 'grace', claims: { name: '\u202eecarG' } })}\n`);
  const imported = await folder.runInProcess(['account', 'import', file]);
  t.match(imported.out, 'The claim `name` shows nothing');
  t.match((await folder.runInProcess(['account', 'list'])).out, 'There are no accounts');
});

t.test('an account that has such a name already is changed in other ways', async (t) => {
  const { server, call, person } = await startAdminServer(t);
  const { accounts } = server.app.services;
  const { id } = await server.addAccount({ username: 'ada' });
  const [document] = await server.store.read([accountKey(id)]);
  if (!document) throw new Error('the account is gone');
  const held = readAccount(document);
  await server.store.commit([replaceAccount({ ...held, claims: { name: 'A\u200bda' } }, document.body)]);
  const change = async (claims: object) => {
    const request = { caller: await person('admin'), body: { claims }, headers: { 'if-match': '*' } };
    return (await call('PATCH', `/accounts/${id}`, request)).status;
  };
  t.equal(await change({ nickname: 'The Countess' }), 200);
  t.equal(await change({ name: 'Ad\u200ba' }), 422);
  t.equal((await accounts.find(id))?.claims['name'], 'A\u200bda');
});
