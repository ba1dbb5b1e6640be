import { decodeJwt } from 'jose';
import t, { type Test } from 'tap';
import {
  Browser,
  codeFor,
  type Page,
  password,
  RelyingParty,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

const grant = 'urn:openid:params:grant-type:ciba';

const caller = (client_id: string, more: object = {}) => ({
  client_id,
  client_secret: secret,
  grant_types: [grant],
  response_types: [],
  backchannel_token_delivery_mode: 'poll',
  ...more,
});

const open = async (t: Test) => {
  const { issuer, clock, events } = await startInProcess(t, {
    ...usualConfig,
    security: { password: { memory_kib: 8192, passes: 1 } },
    tokens: { device_interval: 1 },
    clients: [
      ...usualConfig.clients,
      caller('any'),
      caller('minute', { default_max_age: 60 }),
      caller('now', { default_max_age: 0 }),
    ],
  });
  const ada = new Browser();
  await codeFor(new RelyingParty(issuer), ada);
  const begin = async (client: string, parameters: Readonly<Record<string, string>> = {}) => {
    const party = new RelyingParty(issuer, client);
    const { body } = await party.post('/oauth/ciba', { scope: 'openid', login_hint: 'ada', ...parameters });
    const id = String(body['auth_req_id']);
    return () => {
      clock.advance(2);
      return party.post('/oauth/token', { grant_type: grant, auth_req_id: id });
    };
  };
  const decide = async (decision = 'allow'): Promise<Page> =>
    ada.submit(await ada.open(`${issuer}/account/requests`), { decision });
  const answered = () => events.filter(({ type }) => type === 'ciba.answered').length;
  return { ada, clock, begin, decide, answered };
};

const asksForPassword = ({ body }: Page): boolean => body.includes('type="password"');

for (const { why, client, parameters, age } of [
  { why: 'max_age', client: 'any', parameters: { max_age: '60' }, age: 7200 },
  { why: 'default_max_age', client: 'minute', parameters: {}, age: 7200 },
  { why: 'max_age=0', client: 'any', parameters: { max_age: '0' }, age: 5 },
  { why: 'default_max_age of 0', client: 'now', parameters: {}, age: 5 },
]) {
  t.test(`a session that is too old for ${why} approves nothing (OpenID Connect CIBA §7.1)`, async (t) => {
    const { ada, clock, begin, decide, answered } = await open(t);
    clock.advance(age);
    const poll = await begin(client, parameters);
    clock.advance(5);
    const asked = await decide();
    t.ok(asksForPassword(asked), 'the person has to sign in again');
    t.match((await poll()).body, { error: 'authorization_pending' });
    t.ok(asksForPassword(await decide()), 'a second time too');
    t.equal(answered(), 0);

    const back = await ada.submit(asked, { password });
    t.match(back, { status: 200, url: /\/account\/requests$/ }, 'the sign-in leads back to the request');
    t.match((await poll()).body, { error: 'authorization_pending' }, 'which it does not approve');
    clock.advance(120);
    t.match(
      await decide(),
      { body: /Approved/ },
      'a sign-in since the request counts, however long it takes',
    );
    const { status, body } = await poll();
    t.equal(status, 200);
    const { iat = 0, auth_time: at } = decodeJwt(String(body.id_token));
    t.ok(iat - Number(at) < 180, 'the token says the new time');
  });
}

t.test('a session that is too old can deny, and approves what asks for no age', async (t) => {
  const { clock, begin, decide } = await open(t);
  clock.advance(7200);
  const denied = await begin('minute');
  t.match(await decide('deny'), { body: /Denied/ });
  t.match((await denied()).body, { error: 'access_denied' });
  const approved = await begin('any');
  t.match(await decide(), { body: /Approved/ });
  t.equal((await approved()).status, 200);
});

t.test('a session that is recent enough approves', async (t) => {
  const { clock, begin, decide } = await open(t);
  clock.advance(30);
  const poll = await begin('minute');
  t.match(await decide(), { body: /Approved/ });
  t.equal((await poll()).status, 200);
});
