import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { openStore } from '#adapters/index.ts';
import { createEvents, type SecurityEvent } from '#src/events.ts';
import { createConnectedApps } from '#src/services/connected-apps/index.ts';
import { systemClock } from '#src/store/clock.ts';
import { assertEach } from '../support/assert-each.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import { startCluster } from '../support/redis-cluster.ts';
import {
  Browser,
  newVerifier,
  password,
  RelyingParty,
  redirectParameters,
  redirectUri,
  startFleet,
} from '../support/setup/index.ts';
import { longTimeouts } from '../support/wait-for.ts';

t.setTimeout(240_000);

const client = (client_id: string) => ({
  client_id,
  token_endpoint_auth_method: 'none',
  application_type: 'web',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
});

const config = {
  accounts: ['ada', 'ben'].map((username) => ({ username, sub: `sub-of-${username}`, password })),
  clients: [client('agent'), client('shop')],
  security: { throttle: { token_per_client: 0 } },
};

const workers = 8;
const raceMs = 3_000;
const scope = 'openid offline_access';

/** What a client got by one code and the refreshes after it. */
interface Chain {
  refresh: string;
  readonly access: string[];
}

const open = async (t: Test, url: string, prefix: string) => {
  const fleet = await startFleet(t, { store: url, prefix, count: 2, config });
  const store = await openStore(url, { clock: systemClock, prefix, ...longTimeouts });
  t.teardown(() => store.close());
  const events = createEvents((error) => t.fail(String(error)));
  const emitted: SecurityEvent[] = [];
  events.listen((event) => emitted.push(event));
  const apps = createConnectedApps({
    store,
    clock: systemClock,
    events,
    clients: { get: async () => undefined },
  });
  const partyAt = (turn: number, id = 'agent') =>
    new RelyingParty(fleet.members[turn % 2]?.url ?? fleet.issuer, id, '');

  /** Signs in and allows the client. The session keeps going without a question from then on. */
  const connect = async (person: string, id = 'agent'): Promise<Browser> => {
    const browser = new Browser();
    const party = new RelyingParty(fleet.issuer, id, '');
    const request = party.authorizationUrl(newVerifier(), { scope, prompt: 'consent' });
    let page = await browser.open(request);
    page = await browser.submit(page, { login: person, password });
    page = await browser.submit(page, { decision: 'allow' });
    if (!redirectParameters(page).has('code')) throw new Error(`no code: ${page.url}`);
    return browser;
  };

  /** Undefined when the person is asked, or the request is refused. */
  const authorize = async (browser: Browser, party: RelyingParty) => {
    const verifier = newVerifier();
    const page = await browser.request(party.authorizationUrl(verifier, { scope }));
    const to = page.headers.get('location') ?? '';
    const code = to.startsWith(redirectUri) ? new URL(to).searchParams.get('code') : null;
    return code === null ? undefined : { code, verifier };
  };

  const redeemAsJson = async (
    party: RelyingParty,
    { code, verifier }: { code: string; verifier: string },
  ) => {
    const response = await fetch(`${party.issuer}/api/v1/tokens`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ authorization_code: code, client_id: party.id, code_verifier: verifier }),
    });
    return { status: response.status, body: JSON.parse(await response.text()) };
  };

  const startChain = async (browser: Browser, turn: number, id?: string): Promise<Chain | undefined> => {
    const granted = await authorize(browser, partyAt(turn, id));
    if (!granted) return undefined;
    const party = partyAt(turn + 1, id);
    const { status, body } = await (turn % 3 === 0
      ? redeemAsJson(party, granted)
      : party.redeem(granted.code, granted.verifier));
    if (status >= 300) return undefined;
    return { access: [String(body.access_token)], refresh: String(body.refresh_token ?? '') };
  };

  const refresh = async (chain: Chain, turn: number, id?: string): Promise<boolean> => {
    if (chain.refresh === '') return false;
    const { status, body } = await partyAt(turn, id).refresh(chain.refresh);
    if (status !== 200) return false;
    chain.access.push(String(body.access_token));
    chain.refresh = String(body.refresh_token);
    return true;
  };

  const isGood = async (access: string): Promise<boolean> => {
    const headers = { authorization: `Bearer ${access}` };
    const answers = await Promise.all(
      fleet.members.map(({ url }) => fetch(`${url}/userinfo`, { headers }).then(({ status }) => status)),
    );
    return answers.some((status) => status === 200);
  };

  return { fleet, apps, emitted, connect, startChain, refresh, isGood };
};

const race = async (t: Test, url: string, prefix: string): Promise<void> => {
  const ctx = await open(t, url, prefix);
  const { apps, emitted, connect, startChain, refresh, isGood } = ctx;
  const ada = 'sub-of-ada';
  const browsers = [await connect('ada'), await connect('ada'), await connect('ada'), await connect('ada')];
  const others = {
    ofBen: await startChain(await connect('ben'), 1),
    ofShop: await startChain(await connect('ada', 'shop'), 1, 'shop'),
  };

  const chains: Chain[] = [];
  let end = Date.now() + raceMs;
  let refused = 0;
  const work = async (worker: number): Promise<void> => {
    const browser = browsers[worker % browsers.length] ?? new Browser();
    for (let turn = worker; Date.now() < end; turn += 1) {
      const chain = await startChain(browser, turn);
      if (!chain) {
        refused += 1;
        continue;
      }
      chains.push(chain);
      for (let n = 0; n < 3 && Date.now() < end; n += 1) if (!(await refresh(chain, turn + n))) break;
    }
  };
  const running = Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  // A busy machine needs a while for its first codes.
  while (chains.length < workers) await sleep(20);
  const before = chains.length;
  end = Date.now() + raceMs;
  await sleep(raceMs / 3);
  const ended = await apps.disconnect(ada, 'agent');
  const beforeEnd = chains.length;
  await running;

  t.ok(ended.grants >= 4, `${ended.grants} grants ended`);
  t.equal(ended.consents, 1);
  t.equal(ended.sessions, browsers.length, 'it was taken out of every session');
  t.ok(beforeEnd > before, `${before}, then ${beforeEnd}, then ${chains.length} codes were redeemed`);
  t.ok(refused > 0, `${refused} requests were refused, or asked the person`);

  const access = chains.flatMap((chain) => chain.access);
  const goodness: boolean[] = [];
  for (let at = 0; at < access.length; at += 16)
    goodness.push(...(await Promise.all(access.slice(at, at + 16).map(isGood))));
  assertEach(t, goodness, (isGoodStill) => !isGoodStill, `none of ${access.length} access tokens is good`);
  const refreshed: boolean[] = [];
  for (const [turn, chain] of chains.entries()) refreshed.push(await refresh(chain, turn));
  assertEach(t, refreshed, (worked) => !worked, 'no refresh token is good');
  t.same(
    (await apps.list(ada)).map((app) => app.client),
    ['shop'],
    'it is listed no more',
  );
  for (const browser of browsers) t.equal(await startChain(browser, 1), undefined, 'the next request asks');
  t.match(
    emitted.filter(({ type }) => type === 'app.disconnected'),
    [{ outcome: 'ok', account: ada, client: 'agent', details: { grants: ended.grants, consents: 1 } }],
  );

  for (const [name, id] of [
    ['ofBen', 'agent'],
    ['ofShop', 'shop'],
  ] as const) {
    const chain = others[name];
    if (!chain) throw new Error(`no tokens ${name}`);
    t.ok(await isGood(chain.access[0] ?? ''), `${name}: the access token is good`);
    t.ok(await refresh(chain, 0, id), `${name}: and so is the refresh token`);
  }
  t.same(
    (await apps.list('sub-of-ben')).map((app) => app.client),
    ['agent'],
  );
  t.same(await apps.disconnect(ada, 'agent'), { grants: 0, requests: 0, sessions: 0, consents: 0 });
};

t.test('disconnecting an application on SQLite leaves it nothing, whatever is under way', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-disconnect-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await race(t, `sqlite:${join(folder, 'store.db')}`, 'postern');
});

t.test('disconnecting an application on Redis leaves it nothing, whatever is under way', async (t) => {
  const redis = await ensureRedis();
  t.teardown(redis.close);
  await race(t, redis.url, freshPrefix());
});

t.test('disconnecting an application on a cluster leaves it nothing, whatever is under way', async (t) => {
  const cluster = await startCluster();
  t.teardown(() => cluster.close());
  await race(t, cluster.url, freshPrefix());
});
