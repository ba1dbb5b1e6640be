import t from 'tap';
import { codeAt, keyIn, recoveryCodesIn, setUpApp } from '../support/authenticator.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import {
  Browser,
  formOf,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  startFleet,
  usualConfig,
} from '../support/setup/index.ts';

t.setTimeout(240_000);

t.test('a code and a recovery code count once on three processes', async (t) => {
  const redis = await ensureRedis();
  t.teardown(() => redis.close());
  const fleet = await startFleet(t, {
    store: redis.url,
    prefix: freshPrefix(),
    count: 3,
    config: {
      ...usualConfig,
      security: {
        factors: { required: 'always' },
        throttle: { sign_in_free_attempts: 100, sign_in_per_address: 0 },
      },
    },
  });
  const app = new RelyingParty(fleet.issuer);
  const typePassword = async () => {
    const browser = new Browser();
    const login = await browser.open(app.authorizationUrl(newVerifier()));
    return { browser, page: await browser.submit(login, { login: 'ada', password }) };
  };
  /** Sends the form of one sign-in to one of the processes. */
  const submitTo = async (
    n: number,
    { browser, page }: { readonly browser: Browser; readonly page: Page },
    fields: Readonly<Record<string, string>>,
  ): Promise<number> => {
    const { action, hidden } = formOf(page.body);
    const { status } = await browser.request(new URL(action, fleet.members[n % 3]?.url).href, {
      method: 'POST',
      body: new URLSearchParams({ ...hidden, ...fields }),
      headers: { origin: fleet.issuer },
    });
    return status;
  };
  const { browser, page: setUp } = await typePassword();
  // A step in the past, so that the present one is still good.
  const key = keyIn(setUp);
  const { page } = await setUpApp(browser, setUp, Date.now() - 30_000);
  const [recovery = ''] = recoveryCodesIn(page);

  const signIns = await Promise.all(Array.from({ length: 9 }, typePassword));
  const code = codeAt(key, Date.now());
  const statuses = await Promise.all(signIns.map((signIn, n) => submitTo(n, signIn, { code })));
  t.equal(statuses.filter((status) => status === 303).length, 1, statuses.join());
  t.equal(statuses.filter((status) => status === 422).length, 8, statuses.join());

  const more = await Promise.all(Array.from({ length: 9 }, typePassword));
  const answers = await Promise.all(
    more.map((signIn, n) => submitTo(n, signIn, { recovery_code: recovery })),
  );
  t.equal(answers.filter((status) => status === 303).length, 1, answers.join());
  t.equal(answers.filter((status) => status === 422).length, 8, answers.join());
  t.notMatch(fleet.log(), new RegExp(`${code}|${recovery}|${key.replaceAll(' ', '')}`));
});
