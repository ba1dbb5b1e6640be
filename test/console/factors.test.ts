import t from 'tap';
import { groupOf } from '../admin/admin-server.ts';
import { codeAt } from '../support/authenticator.ts';
import { hasCode, openFactors } from '../support/second-factor.ts';
import { Browser, signedInBrowser } from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';
import { addPeople, sendForm } from './console-server.ts';

const { server, enrol, typePassword, now } = await openFactors(
  t,
  {},
  { admin: { enabled: true }, audit: { enabled: true } },
);
const { issuer } = server;
const { account, key } = await enrol();
await addPeople(server.app.services, { withoutRole: 'grace' });

t.test('unlocking ends the wait after wrong codes too', async (t) => {
  const wrongCode = async () => {
    const browser = new Browser();
    return browser.submit(await typePassword(browser), { code: '000000' });
  };
  let page = await wrongCode();
  for (let tries = 0; page.status !== 429 && tries < 20; tries += 1) page = await wrongCode();
  t.equal(page.status, 429, 'there is a wait');

  const support = await signedInBrowser(server, 'support');
  const shown = `${issuer}/admin/accounts/${account.id}`;
  await waitFor('the audit record has the attempts', async () =>
    (await support.request(shown)).body.includes('wrong_code'),
  );
  t.equal((await sendForm(support, `${shown}/unlock`)).status, 303);
  const browser = new Browser();
  t.ok(hasCode(await browser.submit(await typePassword(browser), { code: codeAt(key, now()) })));
});

t.test('for keys, secrets and roles an administrator uses the factors of the account', async (t) => {
  const { accounts } = server.app.services;
  await accounts.update(account.id, { groups: [groupOf.admin] }, { mayChangeRoles: true });
  const weak = await signedInBrowser(server, 'ada', { how: { amr: ['pwd'] } });
  const members = `${issuer}/admin/groups/${groupOf.viewer}/add`;
  t.equal((await weak.request(`${issuer}/admin/groups`)).status, 200, 'anything else needs none');
  const asked = await weak.request(members);
  t.equal(asked.status, 303);
  t.match(asked.headers.get('location'), 'prompt=login', 'however recent the sign-in is');
  const strong = await signedInBrowser(server, 'ada', { how: { amr: ['pwd', 'otp', 'mfa'] } });
  t.equal((await strong.request(members)).status, 200);
});
