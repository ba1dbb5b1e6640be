/**
 * What is set up in a sign-in, an app or a password, can sign in from then on. A person who is signed in at an upstream comes
 * back from it without a question, so the upstream asks them again first. src/services/sign-ins/sign-in-again.ts.
 */
import t, { type Test } from 'tap';
import { codeAt, keyIn, recoveryCodesIn, setUpApp } from '../support/authenticator.ts';
import { hasPasskeyForm } from '../support/passkeys.ts';
import { Browser, type Page, password, redirectParameters } from '../support/setup/index.ts';
import { asksAgain, hour, openUpstreamPerson } from '../support/upstream-person.ts';
import { locationOf, visitUpstream } from '../support/upstream-sign-in.ts';

const factorRequired = { security: { factors: { required: 'always', grace_days: 0 } } };

const openFactorRequired = (t: Test) => openUpstreamPerson(t, factorRequired);

const hasCode = (page: Page): boolean => page.headers.has('location') && redirectParameters(page).has('code');

const leadsToUpstream = ({ body }: Page): boolean => body.includes('upstream-sign-in-again');

const showsKey = ({ body }: Page): boolean => body.includes('id="secret"');

/** Presses the button of the page, and goes on to the upstream and back. */
const signInAgain = async (browser: Browser, page: Page): Promise<Page> => {
  const leading = await browser.submit(page, { again: 'yes' });
  return browser.open(await visitUpstream(browser, leading, 'acme'));
};

t.test('an app is set up after a new sign-in at the upstream only', async (t) => {
  const { fake, server, issuer, signedInThere, signIn, findGrace } = await openFactorRequired(t);
  const { factors } = server.app.services;
  const browser = new Browser();
  const { page: asked } = await signIn(browser);
  t.equal(asked.status, 200);
  t.ok(asksAgain(asked) && leadsToUpstream(asked));
  t.notOk(showsKey(asked));
  t.match(asked.body, 'Acme');
  for (const form of [{}, { later: 'yes' }, { pending: 'x', code: '123456' }, { done: 'x' }])
    t.ok(leadsToUpstream(await browser.submit(asked, form)), JSON.stringify(form));
  t.same((await factors.of(await findGrace())).authenticators, []);

  const leading = await browser.submit(asked, { again: 'yes' });
  t.match(leading.headers.get('refresh') ?? leading.body, /with=acme/, 'the browser goes on without a click');
  t.match(await browser.open(await visitUpstream(browser, leading, 'acme')), { status: 400 });
  t.equal(fake.requests.at(-1)?.get('prompt'), 'login');
  t.equal(fake.requests.at(-1)?.get('max_age'), null);
  const signIns = server.events.filter(({ type }) => type === 'sign-in');
  t.match(JSON.stringify(signIns.at(-1)), /signed_in_before/);

  signedInThere(10);
  const form = await browser.open(await visitUpstream(browser, leading, 'acme'));
  t.ok(showsKey(form));
  server.clock.advance(400);
  t.teardown(server.clock.restore);
  const { page: codes } = await setUpApp(browser, form, server.clock.now());
  t.equal(recoveryCodesIn(codes).length, 10, 'the page may stay open for a while');
  t.ok(hasCode(await browser.submit(codes, {})));
  const add = `${issuer}/account/authenticator/add`;
  t.equal((await browser.open(add)).url, add, 'the sign-in is one of now');
});

t.test('without `prompt` in the address an old sign-in at the upstream sets up nothing', async (t) => {
  const { server, signIn, findGrace } = await openFactorRequired(t);
  const browser = new Browser();
  const leading = await browser.submit((await signIn(browser)).page, { again: 'yes' });
  const href = /href="([^"]*with=acme[^"]*)"/.exec(leading.body)?.[1]?.replaceAll('&amp;', '&') ?? '';
  const left = await browser.request(new URL(href, leading.url).href);
  const address = new URL(locationOf(left));
  t.equal(address.searchParams.get('prompt'), 'login');
  address.searchParams.delete('prompt');
  const back = locationOf(await new Browser().request(address.href));
  t.match(await browser.open(back), { status: 400 });
  t.same((await server.app.services.factors.of(await findGrace())).authenticators, []);
});

t.test('a sign-in of the last minutes is new enough', async (t) => {
  const { signedInThere, signIn } = await openFactorRequired(t);
  signedInThere(360);
  t.ok(leadsToUpstream((await signIn(new Browser())).page));
  signedInThere(240);
  t.ok(showsKey((await signIn(new Browser())).page));
});

for (const isListed of [true, false])
  t.test(
    `an upstream that doesn't say when is asked once and believed, ${isListed ? 'though' : 'as'} its metadata ${isListed ? 'list' : "don't list"} the claim`,
    async (t) => {
      const { fake, server, sayNoTime, signIn } = await openFactorRequired(t);
      sayNoTime({ isListed });
      const browser = new Browser();
      const { page: asked } = await signIn(browser);
      t.ok(leadsToUpstream(asked));
      const form = await signInAgain(browser, asked);
      t.equal(fake.requests.at(-1)?.get('prompt'), 'login');
      t.ok(showsKey(form), 'there is no circle');
      const { key, page: codes } = await setUpApp(browser, form, server.clock.now());
      t.ok(hasCode(await browser.submit(codes, {})));

      server.clock.advance(31);
      t.teardown(server.clock.restore);
      const other = new Browser();
      const { page: code } = await signIn(other);
      t.match(code.body, 'factor-submit', 'from then on its code is asked for');
      t.ok(hasCode(await other.submit(code, { code: codeAt(key, server.clock.now()) })));

      const asking = await signIn(new Browser(), { prompt: 'login' });
      t.match(asking.page.body, 'factor-submit');
    },
  );

t.test('an application that asked for a new sign-in has asked for it already', async (t) => {
  const { fake, sayNoTime, signIn } = await openFactorRequired(t);
  sayNoTime({ isListed: true });
  t.ok(showsKey((await signIn(new Browser(), { prompt: 'login' })).page));
  t.equal(fake.requests.length, 1);
});

t.test('a provider without OpenID Connect asks nothing again, so it is not asked', async (t) => {
  const { fake, signIn } = await openUpstreamPerson(t, factorRequired, { link: 'never', preset: 'github' });
  fake.person = { sub: 'unused', id: 7, login: 'grace' };
  t.ok(showsKey((await signIn(new Browser())).page));
});

t.test('what may be put off needs no new sign-in, and stays undone', async (t) => {
  const { server, issuer, signIn, findGrace } = await openUpstreamPerson(t, {
    security: { factors: { required: 'always', grace_days: 7 } },
  });
  const browser = new Browser();
  const { page } = await signIn(browser);
  t.ok(leadsToUpstream(page));
  t.match(page.body, 'factor-later');
  t.ok(hasCode(await browser.submit(page, { later: 'yes' })));
  t.same((await server.app.services.factors.of(await findGrace())).authenticators, []);
  t.ok(
    asksAgain(await browser.open(`${issuer}/account/authenticator/add`)),
    'the sign-in is as old as it is',
  );
});

t.test('a factor that an operator requires of one person', async (t) => {
  const { server, signedInThere, signIn, findGrace } = await openUpstreamPerson(t);
  await signIn(new Browser());
  const { id } = await findGrace();
  await server.app.services.accounts.update(id, { required: { add: ['factor'] } });
  const browser = new Browser();
  const { page } = await signIn(browser);
  t.ok(leadsToUpstream(page));
  signedInThere(10);
  const { page: codes } = await setUpApp(browser, await signInAgain(browser, page), server.clock.now());
  t.ok(hasCode(await browser.submit(codes, {})));
  t.notOk((await findGrace()).required);
});

t.test('the person may sign in there as someone else, or here', async (t) => {
  const { fake, server, now, signIn } = await openFactorRequired(t);
  const browser = new Browser();
  const { page } = await signIn(browser);
  fake.person = { sub: 'hopper', preferred_username: 'hopper', auth_time: now() };
  const form = await signInAgain(browser, page);
  t.ok(showsKey(form));
  t.match(form.body, 'hopper');

  const other = new Browser();
  fake.person = { sub: 'grace', preferred_username: 'grace', auth_time: now() - hour };
  const leading = await other.submit((await signIn(other)).page, { again: 'yes' });
  const login = await other.open(`${leading.url}?choose=yes`);
  const local = await other.submit(login, { login: 'ada', password });
  t.ok(showsKey(local), 'a password is given now');
  t.match(local.body, 'ada');
  const { page: codes } = await setUpApp(other, local, server.clock.now());
  t.ok(hasCode(await other.submit(codes, {})));
});

t.test('a sign-in by password sets up an app as before', async (t) => {
  const { server, party } = await openFactorRequired(t);
  const browser = new Browser();
  const login = await browser.open(party.authorizationUrl('v'.repeat(43)));
  const form = await browser.submit(login, { login: 'ada', password });
  t.ok(keyIn(form));
  const { page: codes } = await setUpApp(browser, form, server.clock.now());
  t.ok(hasCode(await browser.submit(codes, {})));
});

const requireOf = async (
  { server, signIn, findGrace }: Awaited<ReturnType<typeof openUpstreamPerson>>,
  requirement: 'password' | 'profile',
): Promise<void> => {
  await signIn(new Browser());
  const { id } = await findGrace();
  await server.app.services.accounts.update(id, { required: { add: [requirement] } });
  server.clock.advance(6);
};

t.test('a password that an operator requires is chosen after a new sign-in only', async (t) => {
  const opened = await openUpstreamPerson(t);
  const { fake, server, issuer, signedInThere, signIn, findGrace } = opened;
  t.teardown(server.clock.restore);
  await requireOf(opened, 'password');
  const browser = new Browser();
  const { page: asked } = await signIn(browser);
  t.ok(leadsToUpstream(asked));
  t.ok(leadsToUpstream(await browser.submit(asked, { password })));
  t.notOk((await findGrace()).hasPassword);
  t.match(await signInAgain(browser, asked), { status: 400 });
  t.equal(fake.requests.at(-1)?.get('prompt'), 'login');

  const another = new Browser();
  const { page } = await signIn(another);
  signedInThere(10);
  const form = await signInAgain(another, page);
  t.match(form.body, 'password-submit');
  t.ok(hasCode(await another.submit(form, { password })));
  t.ok((await findGrace()).hasPassword);
  const add = `${issuer}/account/authenticator/add`;
  t.equal((await another.open(add)).url, add, 'the sign-in is one of now');
});

t.test('an upstream that says no time is asked once before a password is chosen', async (t) => {
  const opened = await openUpstreamPerson(t);
  const { fake, server, sayNoTime, signIn, findGrace } = opened;
  t.teardown(server.clock.restore);
  sayNoTime({ isListed: true });
  await requireOf(opened, 'password');
  const browser = new Browser();
  const { page } = await signIn(browser);
  t.ok(leadsToUpstream(page));
  const form = await signInAgain(browser, page);
  t.equal(fake.requests.at(-1)?.get('prompt'), 'login');
  t.ok(hasCode(await browser.submit(form, { password })));
  t.ok((await findGrace()).hasPassword);
});

t.test('neither a name nor an address is changed by an old sign-in', async (t) => {
  const opened = await openUpstreamPerson(t);
  const { server, signedInThere, signIn, findGrace } = opened;
  t.teardown(server.clock.restore);
  await requireOf(opened, 'profile');
  const browser = new Browser();
  const { page } = await signIn(browser);
  t.ok(leadsToUpstream(page));
  const profile = { name: 'Grace', email: 'grace@example.com' };
  t.ok(leadsToUpstream(await browser.submit(page, profile)));
  t.not((await findGrace()).claims['email'], profile.email);
  signedInThere(10);
  const form = await signInAgain(browser, page);
  t.ok(hasCode(await browser.submit(form, profile)));
  t.match((await findGrace()).claims, profile);
});

t.test('a passkey that was offered after a password is for no one who comes from an upstream', async (t) => {
  const { server, party, signIn, findGrace } = await openUpstreamPerson(t);
  t.teardown(server.clock.restore);
  const { accounts, factors } = server.app.services;
  const { id } = await server.addAccount({ username: 'mallory', password });
  const mallory = await accounts.find(id);
  if (!mallory) throw new Error('no account');
  const { pending, secret } = factors.begin(mallory, 'test');
  const code = codeAt(secret, server.clock.now());
  t.match(await factors.enrol(mallory, { place: 'test', pending, code }), { outcome: 'added' });
  await signIn(new Browser());

  const browser = new Browser();
  const login = await browser.open(party.authorizationUrl('v'.repeat(43)));
  const asked = await browser.submit(login, { login: 'mallory', password, passkeys: 'yes' });
  t.match(asked.body, 'factor-submit');
  server.clock.advance(2);
  await server.app.services.endEverything(id);
  const again = await browser.open(asked.url);
  const page = await browser.open(await visitUpstream(browser, again, 'acme'));
  t.notOk(hasPasskeyForm(page.body));
  t.ok(hasCode(page));
  t.notOk(await server.app.services.passkeys.isUsableBy((await findGrace()).id));
});
