import t, { type Test } from 'tap';
import { assertEach } from '../support/assert-each.ts';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { freshPrefix } from '../support/redis.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { Browser, redirectParameters, runPostern, startFleet, usualConfig } from '../support/setup/index.ts';
import { locationOf, openLogin, settingsOf, visitUpstream } from '../support/upstream-sign-in.ts';

/** First sign-ins of one person, raced over two processes, make one account. */
const race = async (t: Test, store: string, prefix?: string): Promise<void> => {
  const fake = await startFakeUpstream(t);
  const upstreams = [settingsOf(fake, { create: true, link: 'never' })];
  // Each request that makes an account counts, also those that lose.
  const security = { throttle: { registration_per_address: 1000 } };
  const config = { ...usualConfig, security, upstreams };
  const fleet = await startFleet(t, { store, count: 2, config, ...(prefix !== undefined && { prefix }) });

  const arrive = async (url: string): Promise<() => Promise<string | null>> => {
    const browser = new Browser();
    const page = await openLogin(url, { browser });
    const callback = await visitUpstream(browser, page, 'acme');
    const here = callback.replace(fleet.issuer, url);
    const arrived = new URL(locationOf(await browser.request(here)), here).href;
    const step = locationOf(await browser.request(arrived)).replace(fleet.issuer, url);
    return async () => {
      let last = await browser.open(new URL(step, url).href);
      // The engine names the issuer in its redirects; both processes serve it.
      for (let hops = 0; hops < 5 && last.headers.get('location')?.startsWith(fleet.issuer); hops += 1)
        last = await browser.open(locationOf(last).replace(fleet.issuer, url));
      return redirectParameters(last).get('code');
    };
  };

  for (const sub of ['u1', 'u2', 'u3']) {
    fake.person = { sub, preferred_username: `person-${sub}` };
    const goOn = await Promise.all([0, 1, 0, 1].map((at) => arrive(fleet.members[at]?.url ?? '')));
    const codes = await Promise.all(goOn.map((go) => go()));
    assertEach(t, codes, (code) => code !== null, 'each browser is signed in');
  }
  const listed = await runPostern(fleet.cwd, ['account', 'list', '--json']);
  const names = [...listed.out.matchAll(/person-u\d[^"]*/g)].map(([name]) => name);
  t.strictSame([...new Set(names)].sort(), ['person-u1', 'person-u2', 'person-u3']);
};

t.test('two processes on SQLite', (t) => race(t, `sqlite:${t.testdir({})}/store.db`));

t.test('two processes on a Redis Cluster', async (t) => {
  const cluster = await startCluster();
  t.teardown(cluster.close);
  await race(t, cluster.url, freshPrefix());
});
