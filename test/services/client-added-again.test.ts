import t from 'tap';
import {
  Browser,
  codeFor,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  startInProcess,
} from '../support/setup/index.ts';

const scope = 'openid offline_access';

t.test(
  'a client that is added under the id of a deleted one gets nothing that the former one had',
  async (t) => {
    const server = await startInProcess(t, { accounts: [{ username: 'ada', password }] });
    const { clients } = server.app.services;
    const add = async (id: string) => {
      await clients.add({
        id,
        metadata: {
          client_name: 'Notes',
          redirect_uris: [redirectUri],
          grant_types: ['authorization_code', 'refresh_token'],
          token_endpoint_auth_method: 'none',
        },
      });
      server.clock.advance(2);
    };
    const party = new RelyingParty(server.issuer, 'notes', '');
    const browser = new Browser();
    const userinfo = async (token: unknown): Promise<number> => {
      const answer = await fetch(`${server.issuer}/oauth/userinfo`, {
        headers: { authorization: `Bearer ${token}` },
      });
      await answer.body?.cancel();
      return answer.status;
    };
    const askAgain = async () => {
      const page = await browser.open(party.authorizationUrl(newVerifier(), { scope }));
      return page.body.includes('consent-allow') ? 'consent' : redirectParameters(page).get('code') && 'code';
    };

    await add('notes');
    const first = await codeFor(party, browser, { scope, prompt: 'consent' });
    const tokens = await party.redeem(first.code, first.verifier);
    t.equal(tokens.status, 200);
    t.equal(await userinfo(tokens.body['access_token']), 200);
    t.equal(await askAgain(), 'code', 'what was allowed is remembered');
    const unused = await codeFor(party, browser, { scope });

    await clients.remove('notes');
    server.clock.advance(2);
    await add('notes');

    t.match(await party.refresh(String(tokens.body['refresh_token'])), {
      status: 400,
      body: { error: 'invalid_grant' },
    });
    t.equal(await userinfo(tokens.body['access_token']), 401);
    t.match(await party.redeem(unused.code, unused.verifier), {
      status: 400,
      body: { error: 'invalid_grant' },
    });
    t.equal(await askAgain(), 'consent', 'the person is asked');

    const again = await codeFor(party, browser, { scope, prompt: 'consent' });
    const renewed = await party.redeem(again.code, again.verifier);
    t.equal(renewed.status, 200);
    t.equal(await userinfo(renewed.body['access_token']), 200);
    t.equal((await party.refresh(String(renewed.body['refresh_token']))).status, 200);
    t.equal(await askAgain(), 'code', 'and what is allowed now is remembered');
  },
);

t.test('tokens of a machine end with it too', async (t) => {
  const api = 'https://api.example.com';
  const server = await startInProcess(t, { resources: [{ audience: api, scopes: ['read'] }] });
  const { clients } = server.app.services;
  const add = async () => {
    const { secret } = await clients.add({
      id: 'machine',
      metadata: {
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        resources: [api],
      },
    });
    server.clock.advance(2);
    return new RelyingParty(server.issuer, 'machine', secret?.secret);
  };
  const issue = async (party: RelyingParty, more = {}) => {
    const { status, body } = await party.post('/oauth/token', { grant_type: 'client_credentials', ...more });
    t.equal(status, 200);
    return String(body['access_token']);
  };
  const isActive = async (party: RelyingParty, token: string) =>
    (await party.post('/oauth/introspect', { token })).body['active'];

  const former = await add();
  const tokens = [await issue(former), await issue(former, { resource: api, scope: 'read' })];
  for (const token of tokens) t.equal(await isActive(former, token), true);
  await clients.remove('machine');
  server.clock.advance(2);
  const party = await add();
  for (const token of tokens) t.equal(await isActive(party, token), false);
  t.equal(await isActive(party, await issue(party)), true);
});
