import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import {
  Browser,
  codeFor,
  newVerifier,
  openCommandFolder,
  RelyingParty,
  redirectParameters,
  redirectUri,
  startFleet,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

t.setTimeout(180_000);

const chains = 6;

const config = {
  ...usualConfig,
  clients: [
    ...usualConfig.clients,
    {
      client_id: 'public',
      token_endpoint_auth_method: 'none',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      first_party: true,
    },
  ],
  security: { throttle: { failed_authentication_per_client: 0 } },
};

const offline = { scope: 'openid offline_access', prompt: 'consent' };

interface Token {
  readonly kind: 'access' | 'refresh';
  readonly value: string;
  readonly party: RelyingParty;
}

/** Three processes on one store, and Ada signed in to many grants. */
const open = async (t: Test, store: string, prefix: string) => {
  const fleet = await startFleet(t, { store, prefix, count: 3, config });
  const commands = await openCommandFolder(t, store);
  const run = async (...args: string[]) => {
    const result = await commands.runInProcess([
      ...args,
      '--json',
      '--config',
      join(fleet.cwd, 'postern.yaml'),
    ]);
    t.equal(result.exit, 0, result.err);
    return JSON.parse(result.out);
  };
  const at = (index: number) => fleet.members[index % 3]?.url ?? fleet.issuer;
  const issued: Token[] = [];
  const note = (party: RelyingParty, body: Readonly<Record<string, unknown>>): string | undefined => {
    const { access_token: access, refresh_token: refresh } = body;
    if (typeof access === 'string') issued.push({ kind: 'access', value: access, party });
    if (typeof refresh !== 'string') return undefined;
    issued.push({ kind: 'refresh', value: refresh, party });
    return refresh;
  };
  const browser = new Browser();
  const app = new RelyingParty(fleet.issuer);
  const browsers = [browser, new Browser(), new Browser()];
  let turn = 0;
  const newCode = (party = app) => codeFor(party, browsers[turn++ % 3] ?? browser, offline);

  /** Refreshes at one process after another until it is refused. */
  const keepRefreshing = async (index: number, first: string): Promise<void> => {
    let token: string | undefined = first;
    for (let turn = index; token !== undefined; turn += 1) {
      const party = new RelyingParty(at(turn));
      token = note(party, (await party.refresh(token)).body);
      await sleep(20);
    }
  };

  const isDead = async ({ kind, value, party }: Token): Promise<boolean> => {
    const { body } = await app.post('/oauth/introspect', { token: value });
    if (body.active === true) return false;
    if (kind === 'refresh') return (await party.refresh(value)).status === 400;
    const userinfo = await fetch(`${party.issuer}/userinfo`, {
      headers: { authorization: `Bearer ${value}` },
    });
    await userinfo.body?.cancel();
    return userinfo.status === 401;
  };
  const countAlive = async (): Promise<number> =>
    (await Promise.all(issued.map(isDead))).filter((dead) => !dead).length;

  return { fleet, run, at, app, browser, issued, note, newCode, keepRefreshing, countAlive };
};

const races = async (t: Test, store: string, prefix: string): Promise<void> => {
  const ctx = await open(t, store, prefix);
  const { run, at, app, note, newCode, keepRefreshing, issued } = ctx;
  const tokens: string[] = [];
  for (let i = 0; i < chains; i += 1) {
    const { code, verifier } = await newCode();
    tokens.push(note(app, (await app.redeem(code, verifier)).body) ?? '');
  }
  const publicApp = new RelyingParty(app.issuer, 'public', '');
  const codes: Awaited<ReturnType<typeof newCode>>[] = [];
  const jsonCodes: Awaited<ReturnType<typeof newCode>>[] = [];
  for (let i = 0; i < 2 * chains; i += 1) {
    codes.push(await newCode());
    jsonCodes.push(await newCode(publicApp));
  }

  const revoked = (async () => {
    await sleep(300);
    return (await run('account', 'revoke', 'ada')).revoked;
  })();
  await Promise.all([
    ...tokens.map((token, index) => keepRefreshing(index, token)),
    ...codes.map(async ({ code, verifier }, index) => {
      await sleep(index * 50);
      const party = new RelyingParty(at(index));
      note(party, (await party.redeem(code, verifier)).body);
    }),
    ...jsonCodes.map(async ({ code, verifier }, index) => {
      await sleep(index * 50);
      const answer = await fetch(`${at(index)}/api/v1/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ authorization_code: code, client_id: 'public', code_verifier: verifier }),
      });
      note(publicApp, JSON.parse(await answer.text()));
    }),
  ]);
  t.ok((await revoked).grants > 0, JSON.stringify(await revoked));
  t.ok(issued.length > 2 * chains, `${issued.length} tokens were issued`);
  t.equal(await ctx.countAlive(), 0, 'no token is good');
  const { code, verifier } = await newCode();
  const { body } = await app.redeem(code, verifier);
  t.equal((await app.refresh(String(body.refresh_token))).status, 200, 'the session stays, and is good');

  const ofPublic = await newCode(publicApp);
  const kept = await publicApp.redeem(ofPublic.code, ofPublic.verifier);
  await run('account', 'revoke', 'ada', '--client', 'app');
  t.equal((await publicApp.refresh(String(kept.body.refresh_token))).status, 200, 'of another client');
  t.same((await run('grant', 'list', 'ada', '--client', 'app')).items, []);
};

t.test('revoking on SQLite leaves no token, whatever is under way on three processes', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-revoke-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  await races(t, `sqlite:${join(folder, 'store.db')}`, 'postern');
});

t.test('revoking on Redis leaves no token, whatever is under way on three processes', async (t) => {
  const redis = await ensureRedis();
  t.teardown(redis.close);
  await races(t, redis.url, freshPrefix());
});

t.test('signing an account out also ends what is authorized at that moment', async (t) => {
  const redis = await ensureRedis();
  t.teardown(redis.close);
  const ctx = await open(t, redis.url, freshPrefix());
  const { run, at, note, browser, issued } = ctx;
  // Accounts of the configuration have no record that could say when they were signed out.
  const made = await run('account', 'add', 'bob', '--generate', '--permanent');
  const app = new RelyingParty(ctx.fleet.issuer);
  const login = await browser.open(app.authorizationUrl('v'.repeat(43), offline));
  await browser.submit(login, { login: 'bob', password: String(made.password) });
  // Sign-ins are timed in seconds.
  await sleep(1_100);
  const authorizing = Array.from({ length: 20 }, async (_, index) => {
    await sleep(index * 25);
    const verifier = newVerifier();
    const page = await browser.open(app.authorizationUrl(verifier, { scope: 'openid offline_access' }));
    const code = page.headers.has('location') ? redirectParameters(page).get('code') : null;
    if (code === null) return;
    const party = new RelyingParty(at(index));
    note(party, (await party.redeem(code, verifier)).body);
  });
  await sleep(250);
  t.ok((await run('account', 'sign-out', 'bob')).ended.sessions === 1);
  await Promise.allSettled(authorizing);
  t.ok(issued.length > 0, `${issued.length} tokens were issued`);
  await waitFor('every process to notice', async () => (await ctx.countAlive()) === 0);
});
