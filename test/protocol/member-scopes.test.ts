import { decodeJwt } from 'jose';
import t from 'tap';
import {
  Browser,
  codeFor,
  newVerifier,
  openCommandFolder,
  password,
  RelyingParty,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// Scopes of an API that only members of a group get (`resources[].scopes[].groups`).

const audience = 'https://api.example.com/';
const server = await startInProcess(t, {
  clients: [...usualConfig.clients, { ...usualConfig.clients[0], client_id: 'third', first_party: false }],
  groups: [{ name: 'ops' }],
  resources: [
    {
      audience,
      scopes: [
        'read',
        { name: 'reboot', groups: ['ops'], description: 'Restart machines' },
        { name: 'look', description: 'Look around' },
      ],
    },
  ],
});
const { accounts } = server.app.services;
const ada = await server.addAccount({ username: 'ada', password, groups: ['ops'] });
const join = () => accounts.changeGroups(ada.id, { add: ['ops'] });
const leave = () => accounts.changeGroups(ada.id, { remove: ['ops'] });
const party = new RelyingParty(server.issuer);
const wanted = { scope: 'openid offline_access read reboot', resource: audience, prompt: 'consent' };
const tokenOf = (token: unknown) => decodeJwt<{ scope: string }>(String(token));

t.test('a member gets the scope, and the others get what is left, as the response says', async (t) => {
  await join();
  const member = await codeFor(party, new Browser(), wanted);
  const full = (await party.redeem(member.code, member.verifier, { resource: audience })).body;
  t.equal(full['scope'], 'read reboot');
  t.equal(tokenOf(full['access_token']).scope, 'read reboot');

  await leave();
  const other = await codeFor(party, new Browser(), wanted);
  const narrowed = (await party.redeem(other.code, other.verifier, { resource: audience })).body;
  t.equal(narrowed['scope'], 'read');
  t.equal(tokenOf(narrowed['access_token']).scope, 'read');

  const again = await party.refresh(String(full['refresh_token']), { resource: audience });
  t.equal(tokenOf(again.body['access_token']).scope, 'read', 'a refresh asks again');
  await join();
  const regained = await party.refresh(String(again.body['refresh_token']), { resource: audience });
  t.equal(tokenOf(regained.body['access_token']).scope, 'read reboot');
  const late = await party.refresh(String(narrowed['refresh_token']), { resource: audience });
  t.equal(tokenOf(late.body['access_token']).scope, 'read', 'what was never granted needs a sign-in');
});

t.test('a code of a member is narrowed when the person has left meanwhile', async (t) => {
  await join();
  const { code, verifier } = await codeFor(party, new Browser(), wanted);
  await leave();
  const { body } = await party.redeem(code, verifier, { resource: audience });
  t.equal(body['scope'], 'read');
});

t.test(
  'the consent page asks only for scopes that the person can have, in the words of the operator',
  async (t) => {
    const third = new RelyingParty(server.issuer, 'third');
    const ask = async () => {
      const browser = new Browser();
      const page = await browser.open(
        third.authorizationUrl(newVerifier(), { ...wanted, scope: 'openid read reboot look' }),
      );
      return browser.submit(page, { login: 'ada', password });
    };
    await leave();
    const without = await ask();
    t.match(without.body, /Look around/);
    t.notMatch(without.body, /Restart machines/);
    await join();
    t.match((await ask()).body, /Restart machines/);
  },
);

t.test('a client that asks for itself is no member', async (t) => {
  const own = (scope: string) =>
    party.post('/oauth/token', { grant_type: 'client_credentials', resource: audience, scope });
  t.equal((await own('read')).status, 200);
  const { status, body } = await own('reboot');
  t.ok(status === 400 || !String(body['scope'] ?? '').includes('reboot'), JSON.stringify(body));
});

t.test('metadata lists all scopes, and mistakes have their place', async (t) => {
  const url = `${server.issuer}/.well-known/openid-configuration`;
  const { scopes_supported: scopes } = (await (await fetch(url)).json()) as { scopes_supported: string[] };
  for (const name of ['read', 'reboot', 'look']) t.ok(scopes.includes(name), name);
  await t.rejects(
    startInProcess(t, {
      clients: [{ client_id: 'a', client_secret: secret, redirect_uris: [redirectUri] }],
      resources: [{ audience, scopes: [{ name: 'reboot', groups: ['opps'] }] }],
    }),
    { message: /resources\.0\.scopes \(reboot\): There is no group opps/ },
  );
  const { runInProcess: run } = await openCommandFolder(t);
  for (const [scope, message] of [
    ['{groups: [ops]}', /resources\.0\.scopes\.0\.name: Is missing/],
    ['{name: a, group: ops}', /resources\.0\.scopes\.0\.group/],
    ['{name: a, groups: []}', /at least 1/],
    ['5', /Expected a text or a section/],
  ] as const) {
    const { exit, err } = await run([
      ...['config', 'check'],
      ...['--set', `resources=[{audience: "${audience}", scopes: [${scope}]}]`],
    ]);
    t.equal(exit, 78);
    t.match(err, message);
  }
});
