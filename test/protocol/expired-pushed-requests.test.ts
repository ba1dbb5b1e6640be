import t from 'tap';
import {
  Browser,
  basicAuthorization,
  formOf,
  newVerifier,
  type Page,
  password,
  postForm,
  RelyingParty,
  redirectParameters,
  redirectUri,
  secret,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

let ahead = 0;

const server = await startInProcess(
  t,
  {
    accounts: usualConfig.accounts,
    clients: [
      ...usualConfig.clients,
      { client_id: 'guest', client_name: 'Guest', client_secret: secret, redirect_uris: [redirectUri] },
    ],
  },
  { clock: { now: () => Date.now() + ahead } },
);
const { issuer } = server;

interface Opened {
  readonly browser: Browser;
  readonly page: Page;
}

/** Pushes a request, opens it in several browsers, and lets it expire. */
const openedAndExpired = async (client: string, browsers: number) => {
  const verifier = newVerifier();
  const request = new URL(new RelyingParty(issuer, client).authorizationUrl(verifier, { state: 'mine' }));
  const pushed = await postForm(
    `${issuer}/oauth/par`,
    Object.fromEntries(request.searchParams),
    basicAuthorization(client),
  );
  const query = new URLSearchParams({ client_id: client, request_uri: `${pushed.body.request_uri}` });
  const url = `${issuer}/oauth/authorize?${query}`;
  const opened: Opened[] = [];
  for (let n = 0; n < browsers; n++) {
    const browser = new Browser();
    opened.push({ browser, page: await browser.open(url) });
  }
  ahead += 70_000;
  return { url, opened, verifier };
};

const signIn = ({ browser, page }: Opened): Promise<Page> => browser.submit(page, { login: 'ada', password });

/** Signs in, and stops before the browser goes back to the request. Returns the way back. */
const signInOnly = async ({ browser, page }: Opened): Promise<() => Promise<Page>> => {
  const form = formOf(page.body);
  const { headers } = await browser.request(new URL(form.action, page.url).href, {
    method: 'POST',
    body: new URLSearchParams({ ...form.hidden, login: 'ada', password }),
    headers: { origin: issuer },
  });
  const resume = new URL(headers.get('location') ?? '', page.url).href;
  return () => browser.request(resume);
};

/** A request that loses a race to a commit gets an error page. */
const isRefused = (page: Page): boolean => {
  if (page.status === 400) return page.body.includes('invalid_request_uri');
  const parameters = redirectParameters(page);
  return parameters.get('error') === 'invalid_request_uri' && parameters.get('state') === 'mine';
};

t.test(
  'a pushed request that has expired gives one code to the browsers that opened it (RFC 9126 §4)',
  async (t) => {
    const { opened, verifier } = await openedAndExpired('app', 8);
    const ways: (() => Promise<Page>)[] = [];
    for (const one of opened) ways.push(await signInOnly(one));
    const pages = await Promise.all(ways.map((goOn) => goOn()));
    const codes = pages.flatMap(({ status, headers }) =>
      status === 303 ? (new URL(headers.get('location') ?? '').searchParams.get('code') ?? []) : [],
    );
    t.equal(codes.length, 1, 'one of those that race');
    t.equal(pages.filter(isRefused).length, 7, 'every other is refused');
    t.equal((await new RelyingParty(issuer).redeem(codes[0] ?? '', verifier)).status, 200);
  },
);

t.test('the use of a pushed request is known for as long as an interaction of it lives', async (t) => {
  const { url, opened } = await openedAndExpired('app', 2);
  const [first, second] = opened;
  if (!first || !second) throw new Error('two browsers have opened the request');
  t.ok(redirectParameters(await signIn(first)).get('code'));
  ahead += 500_000;
  t.ok(isRefused(await signIn(second)), 'until the last of its ten minutes');
  const later = await first.browser.request(url, { headers: { accept: 'application/json' } });
  t.equal(JSON.parse(later.body).error, 'invalid_request_uri');
});

t.test('no further page of a pushed request is shown once it was used', async (t) => {
  const { opened } = await openedAndExpired('guest', 2);
  const [first, second] = opened;
  if (!first || !second) throw new Error('two browsers have opened the request');
  const consent = await signIn(first);
  t.match(consent.body, 'Guest');
  t.ok(redirectParameters(await first.browser.submit(consent, { decision: 'allow' })).get('code'));
  t.ok(isRefused(await signIn(second)), 'or its person could be kept waiting until the use is forgotten');
});

t.test('a pushed request that has expired goes on where it was opened', async (t) => {
  const { opened } = await openedAndExpired('guest', 1);
  const [only] = opened;
  if (!only) throw new Error('one browser has opened the request');
  const page = await signIn(only);
  t.ok(redirectParameters(page).get('code'), 'the person has allowed it before');
});
