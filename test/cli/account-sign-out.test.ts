import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import t from 'tap';
import {
  Browser,
  newVerifier,
  openCommandFolder,
  RelyingParty,
  redirectParameters,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

t.test('an operator ends what is signed in, beside a running server', async (t) => {
  const { cwd, runInProcess } = await openCommandFolder(t);
  const server = await startInProcess(t, {
    ...usualConfig,
    accounts: [],
    store: { url: `sqlite:${join(cwd, 'store.db')}` },
  });
  const party = new RelyingParty(server.issuer);
  const run = async (...args: string[]): Promise<Record<string, unknown>> => {
    const { exit, out, err } = await runInProcess(['account', ...args, '--json']);
    t.equal(exit, 0, err);
    return JSON.parse(out);
  };
  const { sub, password: made } = await run('add', 'ada', '--generate', '--permanent');
  let password = String(made);

  /** What a browser and an application hold after a sign-in, a moment later. */
  const signIn = async () => {
    const browser = new Browser();
    const verifier = newVerifier();
    const parameters = { scope: 'openid offline_access', prompt: 'consent' };
    const login = await browser.open(party.authorizationUrl(verifier, parameters));
    const consent = await browser.submit(login, { login: 'ada', password });
    const back = await browser.submit(consent, { decision: 'allow' });
    const { body } = await party.redeem(redirectParameters(back).get('code') ?? '', verifier);
    const silent = party.authorizationUrl(newVerifier(), { prompt: 'none' });
    // The commands have the clock of the machine, and sign-ins are timed in seconds.
    await sleep(1_100);
    return {
      isSignedIn: async () => redirectParameters(await browser.open(silent)).has('code'),
      refresh: async () => (await party.refresh(String(body['refresh_token']))).status,
    };
  };

  const first = await signIn();
  t.ok(await first.isSignedIn());
  t.match(await run('sign-out', 'ada'), { sub, ended: { sessions: 1, grants: 1, consents: 1 } });
  t.notOk(await first.isSignedIn());
  t.equal(await first.refresh(), 400);
  t.match(await run('sign-out', 'ada'), { ended: { sessions: 0, grants: 0, requests: 0, consents: 0 } });

  const second = await signIn();
  const kept = await run('reset-password', 'ada', '--keep-tokens', '--permanent');
  password = String(kept['password']);
  t.notOk('ended' in kept);
  // The server has the account in its cache for a moment.
  await waitFor('the session to end with its password', async () => !(await second.isSignedIn()));
  t.equal(await second.refresh(), 200, 'the token is kept');

  const third = await signIn();
  const reset = await run('reset-password', 'ada', '--permanent');
  password = String(reset['password']);
  t.match(reset, { ended: { sessions: 2, grants: 2 } });
  t.notOk(await third.isSignedIn());
  t.equal(await third.refresh(), 400);

  const fourth = await signIn();
  t.match(await run('disable', 'ada'), { enabled: false, ended: { sessions: 1, grants: 1 } });
  await run('enable', 'ada');
  t.notOk(await fourth.isSignedIn(), 'what was disabled stays ended');
  t.equal(await fourth.refresh(), 400);

  const fifth = await signIn();
  t.ok(await fifth.isSignedIn());
  t.match(await run('delete', 'ada'), { deleted: true });
  t.equal(await fifth.refresh(), 400);
  const { out } = await runInProcess(['audit', 'list', '--json']);
  t.match(out, /account\.signed_out/);
});
