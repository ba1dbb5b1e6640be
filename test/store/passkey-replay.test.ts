import t, { type Test } from 'tap';
import { passkeyFormOf, sendPasskey } from '../support/passkeys.ts';
import { freshPrefix } from '../support/redis.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { Browser, type Fleet, type Page, password, startFleet, usualConfig } from '../support/setup/index.ts';
import { SoftwareAuthenticator } from '../support/software-authenticator.ts';

t.setTimeout(300_000);

const requestCount = 30;

/** Sends one form many times at once, spread over the processes. */
const atOnce = (
  { issuer, members }: Fleet,
  { browser, page, form }: { browser: Browser; page: Page; form: Readonly<Record<string, string>> },
): Promise<readonly Page[]> => {
  const { pathname } = new URL(passkeyFormOf(page.body).action, issuer);
  return Promise.all(
    Array.from({ length: requestCount }, (_, at) =>
      browser.request(`${members[at % members.length]?.url ?? issuer}${pathname}`, {
        method: 'POST',
        body: new URLSearchParams(form),
        headers: { origin: issuer },
      }),
    ),
  );
};

const countOf = (pages: readonly Page[], isCounted: (page: Page) => boolean): number =>
  pages.filter(isCounted).length;

const race = async (t: Test, store: string, prefix?: string): Promise<void> => {
  const fleet = await startFleet(t, {
    store,
    count: 2,
    config: usualConfig,
    ...(prefix !== undefined && { prefix }),
  });
  const { issuer } = fleet;
  const list = `${issuer}/account/passkeys`;
  const authenticator = new SoftwareAuthenticator({ origin: issuer });
  const owner = new Browser();
  const add = await owner.submit(await owner.open(`${list}/add`), { login: 'ada', password });
  const { options, csrf } = passkeyFormOf(add.body);

  await t.test('of many forms with one challenge, one adds a passkey', async (t) => {
    const form = { csrf, credential: authenticator.create(options) };
    const answers = await atOnce(fleet, { browser: owner, page: add, form });
    t.equal(
      countOf(answers, ({ headers }) => headers.get('location')?.endsWith('?done=added') ?? false),
      1,
    );
    const page = await owner.open(list);
    t.equal(page.body.match(/class="entry-title"/g)?.length, 1);
  });

  await t.test('of many forms with one assertion, one signs in', async (t) => {
    const browser = new Browser();
    const page = await browser.open(list);
    const { options: asked, csrf: token } = passkeyFormOf(page.body);
    const form = { csrf: token, credential: authenticator.get(asked) };
    const answers = await atOnce(fleet, { browser, page, form });
    const statuses = answers.map(({ status }) => status).toSorted();
    t.strictSame(statuses, [303, ...Array.from({ length: requestCount - 1 }, () => 422)]);
  });

  await t.test('and the passkey goes on to sign in', async (t) => {
    const browser = new Browser();
    const page = await browser.open(list);
    const signedIn = await sendPasskey(browser, page, authenticator.get(passkeyFormOf(page.body).options));
    t.equal(signedIn.url, list);
  });
};

t.test('two processes on SQLite', (t) => race(t, `sqlite:${t.testdir({})}/passkeys.db`));

t.test('two processes on a Redis Cluster', async (t) => {
  const cluster = await startCluster();
  t.teardown(cluster.close);
  await race(t, cluster.url, freshPrefix());
});
