import t, { type Test } from 'tap';
import {
  Browser,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

// A client that registered itself can change its name and its hosts. A consent counts only for what the person saw.

// Applications on loopback are native: they are asked about each time.
const redirectUri = 'https://notes.example.com/callback';
const otherUri = 'https://elsewhere.example.com/callback';

interface Registered {
  readonly client_id: string;
  readonly client_secret: string;
  registration_access_token: string;
  readonly registration_client_uri: string;
}

const web = {
  client_name: 'Harbour Notes',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
};

/** A server with one self-registered client, a browser, and what the client and the person do. */
const open = async (t: Test, more: object = {}) => {
  const server = await startInProcess(t, {
    ...usualConfig,
    scopes: {},
    registration: { enabled: true },
    ...more,
  });
  const { issuer } = server;
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${issuer}/oauth/register`, {
    method: 'POST',
    headers,
    body: JSON.stringify(web),
  });
  const client = (await answer.json()) as Registered;
  const party = new RelyingParty(issuer, client.client_id, client.client_secret);
  const browser = new Browser();

  return {
    server,
    browser,
    party,
    client,
    /** RFC 7592 §2.2. */
    async change(metadata: object): Promise<void> {
      const changed = await fetch(client.registration_client_uri, {
        method: 'PUT',
        headers: { ...headers, authorization: `Bearer ${client.registration_access_token}` },
        body: JSON.stringify({ client_id: client.client_id, ...web, ...metadata }),
      });
      t.equal(changed.status, 200);
      client.registration_access_token = ((await changed.json()) as Registered).registration_access_token;
    },
    async ask(parameters: Readonly<Record<string, string>> = {}, from = browser): Promise<Page> {
      const page = await from.open(
        party.authorizationUrl(newVerifier(), {
          state: 'the-state',
          scope: 'openid email',
          redirect_uri: redirectUri,
          ...parameters,
        }),
      );
      return page.body.includes('login-submit') ? from.submit(page, { login: 'ada', password }) : page;
    },
  };
};

const asksConsent = ({ body }: Page): boolean => body.includes('consent-allow');
const hasCode = (page: Page): boolean => page.status === 303 && redirectParameters(page).has('code');
const allow = { decision: 'allow' };

const changes: readonly (readonly [string, object])[] = [
  ['its name', { client_name: 'Your Bank' }],
  ['its logo', { logo_uri: 'https://notes.example.com/logo.png' }],
  ['its host', { redirect_uris: [otherUri, redirectUri] }],
  ['a redirect host', { redirect_uris: [redirectUri, 'https://evil.example/cb'] }],
];

for (const [what, metadata] of changes) {
  t.test(
    `after the client changed ${what}, consent is asked again, in the same session and in others`,
    async (t) => {
      const { ask, browser, change } = await open(t);
      const first = await ask();
      t.ok(asksConsent(first));
      t.notMatch(first.body, 'consent-changed');
      t.ok(hasCode(await browser.submit(first, allow)));
      t.ok(hasCode(await ask()), 'remembered');

      await change(metadata);
      const silent = await ask({ prompt: 'none' });
      t.equal(redirectParameters(silent).get('error'), 'consent_required');
      const again = await ask();
      t.ok(asksConsent(again), 'in the session');
      t.match(again.body, 'consent-changed', 'and the page says why');
      t.match(again.body, 'name="scope:email"', 'with all of it');
      t.notMatch(again.body, 'badge-new');
      const elsewhere = new Browser();
      t.ok(asksConsent(await ask({}, elsewhere)), 'in another browser');

      t.ok(hasCode(await browser.submit(again, allow)));
      t.ok(hasCode(await ask()), 'remembered in the session');
      t.ok(hasCode(await ask({}, elsewhere)), 'and elsewhere');
      await change({});
      t.ok(asksConsent(await ask()), 'also when it changes back');
    },
  );
}

t.test('other changes of the client ask nothing', async (t) => {
  const { ask, browser, change } = await open(t);
  t.ok(hasCode(await browser.submit(await ask(), allow)));
  await change({
    redirect_uris: [redirectUri, 'https://notes.example.com/another'],
    contacts: ['a@example.com'],
  });
  t.ok(hasCode(await ask()));
  t.ok(hasCode(await ask({}, new Browser())));
});

t.test('what was allowed to the former appearance is not remembered for the new one', async (t) => {
  const { ask, browser, change, party } = await open(t);
  t.ok(hasCode(await browser.submit(await ask({ scope: 'openid email profile' }), allow)));
  await change({ client_name: 'Your Bank' });
  t.ok(hasCode(await browser.submit(await ask({ scope: 'openid' }), allow)));
  const more = await ask({ scope: 'openid email' });
  t.ok(asksConsent(more), 'in the session');
  t.match(more.body, /name="scope:email"/);
  t.ok(asksConsent(await ask({ scope: 'openid profile' }, new Browser())), 'in another browser');

  const verifier = newVerifier();
  const code = redirectParameters(
    await browser.open(party.authorizationUrl(verifier, { scope: 'openid', redirect_uri: redirectUri })),
  );
  const { body } = await party.redeem(code.get('code') ?? '', verifier, {
    redirect_uri: redirectUri,
  });
  t.equal(body.scope, 'openid');
  const headers = { authorization: `Bearer ${body.access_token}` };
  const person = await (await fetch(`${party.issuer}/userinfo`, { headers })).json();
  t.strictSame(Object.keys(person), ['sub'], 'the grant has nothing of the former one');
});

t.test('an answer to a page that shows the former appearance allows nothing', async (t) => {
  const { ask, browser, change } = await open(t);
  const shown = await ask();
  t.match(shown.body, 'Harbour Notes');
  await change({ client_name: 'Your Bank' });
  const refused = await browser.submit(shown, allow);
  t.equal(refused.status, 409);
  t.match(refused.body, 'Your Bank');
  t.match(refused.body, 'consent-changed', 'the page says why it is there again');
  t.ok(asksConsent(refused));
  const unticked = new URLSearchParams({ ...formOf(shown.body).hidden, ...allow });
  unticked.delete('scope:email');
  const headers = { origin: new URL(shown.url).origin };
  const kept = await browser.request(shown.url, { method: 'POST', headers, body: unticked });
  t.match(kept.body, /name="scope:email" value="yes" aria|name="scope:email" value="yes">/, 'choices stay');
  const { hidden } = formOf(shown.body);
  const { seen: _, ...without } = hidden;
  for (const fields of [
    without,
    { ...hidden, seen: '' },
    { ...hidden, seen: `${formOf(refused.body).hidden['seen']} ` },
  ]) {
    const page = await browser.request(shown.url, {
      method: 'POST',
      headers: { origin: new URL(shown.url).origin },
      body: new URLSearchParams({ ...fields, ...allow }),
    });
    t.equal(page.status, 409, JSON.stringify(Object.keys(fields)));
  }
  t.ok(asksConsent(await ask()), 'nothing was remembered');
  t.ok(hasCode(await browser.submit(refused, allow)), 'the page of the answer is good');
});

t.test('a change between the answer and the return to the engine asks again', async (t) => {
  const { ask, browser, change } = await open(t);
  const shown = await ask();
  const posted = await browser.request(new URL(formOf(shown.body).action, shown.url).href, {
    method: 'POST',
    headers: { origin: new URL(shown.url).origin },
    body: new URLSearchParams({ ...formOf(shown.body).hidden, ...allow }),
  });
  t.equal(posted.status, 303);
  await change({ client_name: 'Your Bank' });
  const resumed = await browser.open(posted.headers.get('location') ?? '');
  t.ok(asksConsent(resumed));
  t.match(resumed.body, 'Your Bank');
});

t.test('a denial needs no look at what was seen', async (t) => {
  const { ask, browser, change } = await open(t);
  const shown = await ask();
  await change({ client_name: 'Your Bank' });
  const back = await browser.submit(shown, { decision: 'deny' });
  t.equal(redirectParameters(back).get('error'), 'access_denied');
});

t.test('a client of the operator may change without a question', async (t) => {
  const { browser, server } = await open(t);
  const { clients } = server.app.services;
  const metadata = { client_id: 'ours', client_name: 'Ours', redirect_uris: [redirectUri] };
  await clients.add({ type: 'web', id: 'ours', metadata });
  const party = new RelyingParty(server.issuer, 'ours');
  const ask = () => browser.open(party.authorizationUrl(newVerifier(), { redirect_uri: redirectUri }));
  let page = await ask();
  if (page.body.includes('login-submit')) page = await browser.submit(page, { login: 'ada', password });
  t.notMatch(page.body, 'name="seen"');
  t.ok(hasCode(await browser.submit(page, allow)));
  await clients.update('ours', { ...metadata, client_name: 'Renamed' });
  t.ok(hasCode(await ask()));
});

t.test('consents from before this rule are asked for once more', async (t) => {
  const { ask, browser, server, client } = await open(t);
  t.ok(hasCode(await browser.submit(await ask(), allow)));
  const { entries } = await server.store.dump();
  const consent = entries.find(({ key }) => key.kind === 'consent' && key.id === client.client_id);
  if (consent?.type !== 'document') throw new Error('no consent');
  const fields = Object.fromEntries(Object.keys(consent.document.fields).map((name) => [name, '']));
  await server.store.commit([{ op: 'merge', key: consent.key, fields, ifAbsent: 'refuse' }]);
  const elsewhere = new Browser();
  const page = await ask({}, elsewhere);
  t.ok(asksConsent(page));
  t.ok(hasCode(await elsewhere.submit(page, allow)));
  t.ok(hasCode(await ask({}, new Browser())));
});
