import t from 'tap';
import {
  Browser,
  codeFor,
  type Page,
  password,
  RelyingParty,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

const server = await startInProcess(t, {
  ...usualConfig,
  security: { password: { memory_kib: 8192, passes: 1 } },
});
const { issuer } = server;
const { sessions } = server.app.services;
const list = `${issuer}/account/sessions`;
const deviceCookie = 'postern_device';

/** In a browser of its own that knows the device of the account, so that no attempt has to wait. */
const signIn = async (login: string, device?: string) => {
  const browser = new Browser();
  if (device !== undefined) browser.setCookie(deviceCookie, device);
  const page = await browser.submit(await browser.open(list), { login, password });
  return { browser, page };
};

const deviceOf = (browser: Browser): string =>
  new RegExp(`${deviceCookie}=([^;]+)`).exec(browser.cookiesFor('/'))?.[1] ?? '';

const countOf = async (account: string): Promise<number> => {
  let count = 0;
  let cursor: string | undefined;
  do {
    const page = await sessions.list(account, cursor === undefined ? {} : { cursor });
    count += page.items.length;
    cursor = page.next;
  } while (cursor !== undefined);
  return count;
};

const isLogin = ({ body }: Page): boolean => body.includes('login-submit');

t.test('an account keeps the hundred sessions that were used last', { timeout: 120_000 }, async (t) => {
  const { id } = await server.addAccount({ username: 'eve', password });
  const { id: other } = await server.addAccount({ username: 'grace', password });
  await signIn('grace');

  const party = new RelyingParty(issuer);
  const oldest = new Browser();
  const { code, verifier } = await codeFor(
    party,
    oldest,
    { login_hint: 'eve', prompt: 'login consent' },
    'eve',
  );
  const { body } = await party.redeem(code, verifier);
  const first = await signIn('eve', deviceOf(oldest));
  t.teardown(server.clock.restore);

  const ended = () =>
    server.events.filter(({ type, reason }) => type === 'session.ended' && reason === 'too_many_sessions');
  let signedIn = 2;
  // Chance decides which sign-in leads to the end of older ones: one in ten.
  for (; signedIn < 400 && ended().length === 0; signedIn += 1) {
    const { page } = await signIn('eve', deviceOf(first.browser));
    if (page.status !== 200) t.equal(page.status, 200);
    if (signedIn % 40 !== 0) continue;
    server.clock.advance(360);
    await codeFor(party, first.browser, {}, 'nobody');
  }
  t.ok(signedIn > 100, 'a hundred stay');
  await waitFor('the end of older sessions', async () => (await countOf(id)) <= 101);
  t.match(ended()[0], { outcome: 'ok', account: id, details: { session: /^se_/ } });
  t.ok(isLogin(await oldest.open(list)), 'what was not used for longest has ended');
  const refreshed = await party.refresh(String(body['refresh_token']));
  t.match(refreshed, { status: 400, body: { error: 'invalid_grant' } }, 'with its refresh tokens');
  t.notOk(isLogin(await first.browser.open(list)), 'what is used stays');
  t.equal(await countOf(other), 1, 'other accounts keep theirs');
});
