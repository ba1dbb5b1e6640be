import t from 'tap';
import { codeAt } from '../support/authenticator.ts';
import { hasCode, openFactors } from '../support/second-factor.ts';
import {
  Browser,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
} from '../support/setup/index.ts';
import { adminPath, groupOf } from './admin-server.ts';

t.test('for keys, secrets and roles an administrator uses the factors of the account', async (t) => {
  const { server, enrol, typePassword, now } = await openFactors(
    t,
    { remember_days: 30 },
    { admin: { enabled: true } },
  );
  const { issuer } = server;
  const resource = `${issuer}/api/admin`;
  const { accounts, groups } = server.app.services;
  await groups.add({ name: groupOf.admin });
  await server.addClient({
    type: 'web',
    id: 'tool',
    secret,
    metadata: { redirect_uris: [redirectUri], resources: [resource], first_party: true },
  });
  const { account, key } = await enrol();
  await accounts.update(account.id, { groups: [groupOf.admin] }, { mayChangeRoles: true });

  const party = new RelyingParty(issuer, 'tool');
  const scope = 'openid admin:read admin:keys';
  const browser = new Browser();
  const begin = (verifier: string, parameters: Record<string, string> = {}): Promise<Page> =>
    browser.open(party.authorizationUrl(verifier, { scope, resource, ...parameters }));
  const tokenOf = async (page: Page, verifier: string): Promise<string> => {
    const allowed = hasCode(page) ? page : await browser.submit(page, { decision: 'allow' });
    const { body } = await party.redeem(redirectParameters(allowed).get('code') ?? '', verifier);
    return String(body['access_token']);
  };
  const typeCode = async (page: Page): Promise<Page> => {
    t.match(page.body, 'name="code"', 'the code is asked for');
    server.clock.advance(31);
    return browser.submit(page, { code: codeAt(key, now()), remember_browser: 'yes' });
  };
  const rotate = (token: string): Promise<Response> =>
    fetch(`${issuer}${adminPath}/keys/rotate`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{}',
    });

  t.ok(hasCode(await typeCode(await typePassword(browser))));
  server.clock.advance(1);
  t.ok(hasCode(await typePassword(browser, { prompt: 'login' })), 'the browser is remembered');

  const first = newVerifier();
  const weak = await tokenOf(await begin(first), first);
  const read = await fetch(`${issuer}${adminPath}/keys`, { headers: { authorization: `Bearer ${weak}` } });
  t.equal(read.status, 200, 'a browser that is remembered may read');
  const refused = await rotate(weak);
  t.equal(refused.status, 401, 'however recent the sign-in is');
  t.match(refused.headers.get('www-authenticate'), /insufficient_user_authentication.*max_age=0/);

  const again = newVerifier();
  const login = await begin(again, { max_age: '0' });
  const strong = await tokenOf(
    await typeCode(await browser.submit(login, { login: 'ada', password })),
    again,
  );
  t.equal((await rotate(strong)).status, 201);
});
