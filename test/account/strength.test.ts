import t from 'tap';
import { codeAt } from '../support/authenticator.ts';
import { openFactors } from '../support/second-factor.ts';
import { formOf, password, signedInBrowser } from '../support/setup/index.ts';

const next = 'quite another passphrase';

t.test('a recent sign-in that is weaker than the account’s factors is not enough', async (t) => {
  const { server, enrol, now } = await openFactors(
    t,
    { password_acr: 'low', second_factor_acr: 'high' },
    {
      security: { acr_values: ['low', 'high'] },
    },
  );
  const { issuer } = server;
  const { key } = await enrol();
  const path = `${issuer}/account/password`;
  const weak = await signedInBrowser(server, 'ada', { how: { amr: ['pwd'], acr: 'low' } });
  t.equal((await weak.request(`${issuer}/account/sessions`)).status, 200);

  const asked = await weak.request(path);
  t.equal(asked.status, 303);
  const authorization = new URL(asked.headers.get('location') ?? '', issuer);
  t.equal(authorization.pathname, '/oauth/authorize');
  t.equal(authorization.searchParams.get('prompt'), 'login');

  const { hidden } = formOf((await weak.open(`${issuer}/account/sessions/others`)).body);
  const forced = await weak.request(path, {
    method: 'POST',
    body: new URLSearchParams({ ...hidden, current: password, password: next }),
    headers: { origin: issuer },
  });
  t.equal(forced.status, 303);
  t.match(forced.headers.get('location'), /^\/oauth\/authorize\?/);
  t.ok(await server.app.services.accounts.authenticate('ada', password));

  for (const changes of [
    { acr_values: 'low' },
    { max_age: '86400' },
    { claims: JSON.stringify({ id_token: { acr: { value: 'low' } } }) },
  ]) {
    const url = new URL(authorization);
    url.searchParams.delete('prompt');
    for (const [name, value] of Object.entries(changes)) url.searchParams.set(name, value);
    await weak.open(url.href);
    t.equal((await weak.request(path)).status, 303, JSON.stringify(changes));
  }

  const login = await weak.open(path);
  t.match(login.body, 'login-submit');
  server.clock.advance(31);
  const ask = await weak.submit(login, { login: 'ada', password });
  t.match(ask.body, 'one-time-code');
  t.equal((await weak.request(path)).status, 303, 'the password alone is still not enough');
  const page = await weak.submit(ask, { code: codeAt(key, now()) });
  t.equal(page.url, path);
  t.equal(page.status, 200);
  t.match(page.body, 'name="current"');
});
