import { join } from 'node:path';
import t, { type Test } from 'tap';
import { kinds } from '#src/store/record-kinds.ts';
import { type FakeUpstream, startFakeUpstream } from '../support/fake-upstream.ts';
import {
  Browser,
  type Page,
  redirectParameters,
  signedInBrowser,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { documentsOf } from '../support/stored-entries.ts';
import { locationOf, settingsOf, signInBy } from '../support/upstream-sign-in.ts';

// Another provider under the same id of the configuration may have another person with the same `sub`.

const open = async (t: Test) => {
  const url = `sqlite:${join(t.testdir({}), 'store.db')}`;
  const [acme, other] = [await startFakeUpstream(t), await startFakeUpstream(t)];
  for (const fake of [acme, other]) fake.person = { sub: 'u1', preferred_username: 'grace' };
  return {
    acme,
    other,
    start: (fake: FakeUpstream, more: Readonly<Record<string, unknown>> = {}) =>
      startInProcess(t, {
        ...usualConfig,
        store: { url },
        upstreams: [settingsOf(fake, { create: true, link: 'never', ...more })],
      }),
  };
};

type Server = Awaited<ReturnType<Awaited<ReturnType<typeof open>>['start']>>;

const codeOf = (page: Page): string | null =>
  page.headers.has('location') ? redirectParameters(page).get('code') : null;

const signedIn = async ({ issuer, events }: Server): Promise<string | undefined> => {
  const page = await signInBy(issuer, 'acme');
  return codeOf(page) === null ? undefined : events.findLast(({ type }) => type === 'sign-in')?.account;
};

const refused = async (t: Test, { issuer, events }: Server, account: string | undefined): Promise<void> => {
  const page = await signInBy(issuer, 'acme');
  t.equal(page.status, 403);
  t.match(page.body, 'is another provider now');
  t.match(
    events.findLast(({ type }) => type === 'sign-in'),
    { outcome: 'refused', reason: 'upstream_other_issuer', account },
  );
};

/** Links and issuers as former versions stored them. */
const storeAsBefore = async ({ store }: Server): Promise<void> => {
  for (const { key, document } of await documentsOf(store)) {
    if (key.kind === kinds.upstreamIssuer) await store.commit([{ op: 'remove', key }]);
    if (key.kind !== kinds.upstreamLink) continue;
    const { issuer: _, ...link } = JSON.parse(document.body);
    await store.commit([{ op: 'replace', key, body: JSON.stringify(link), expected: document.body }]);
  }
};

t.test('people of another issuer are not those of the former one', async (t) => {
  const { acme, other, start } = await open(t);
  const before = await start(acme);
  const account = await signedIn(before);
  t.ok(account);
  await before.stop();

  const changed = await start(other);
  await refused(t, changed, account);
  other.person = { sub: 'u2', preferred_username: 'mary' };
  const second = await signedIn(changed);
  t.ok(second, 'others sign in');
  t.not(second, account);
  other.person = { sub: 'u1', preferred_username: 'grace' };
  await changed.stop();

  const back = await start(acme);
  t.equal(await signedIn(back), account, 'with the former issuer they are who they were');
  await back.stop();
});

t.test('a provider that has moved keeps its people', async (t) => {
  const { acme, other, start } = await open(t);
  const before = await start(acme);
  const account = await signedIn(before);
  await before.stop();
  const moved = await start(other, { former_issuers: [acme.issuer] });
  t.equal(await signedIn(moved), account);
  await moved.stop();
  const later = await start(other);
  t.equal(await signedIn(later), account, 'who signed in meanwhile needs the setting no more');
  await later.stop();
  await refused(t, await start(acme), account);
});

t.test('links of before are those of the issuer that the first start finds', async (t) => {
  const { acme, other, start } = await open(t);
  const before = await start(acme);
  const account = await signedIn(before);
  await storeAsBefore(before);
  await before.stop();
  const upgraded = await start(acme);
  await upgraded.stop();
  const changed = await start(other);
  await refused(t, changed, account);
  await changed.stop();
  const back = await start(acme);
  t.equal(await signedIn(back), account);
  const [link] = (await documentsOf(back.store)).filter(({ key }) => key.kind === kinds.upstreamLink);
  t.equal(JSON.parse(link?.document.body ?? '{}').issuer, acme.issuer, 'and say so from their next use on');
});

t.test('an owner replaces a link to the former issuer on the account page', async (t) => {
  const { acme, other, start } = await open(t);
  const before = await start(acme);
  const account = await signedIn(before);
  await before.stop();
  const changed = await start(other, { link: 'sign_in' });
  const { accounts } = changed.app.services;
  const owner = await accounts.find(account ?? '');
  for (const [name, status] of [
    ['ada', 409],
    [owner?.username ?? '', 200],
  ] as const) {
    const browser = await signedInBrowser(changed, name);
    const left = await browser.request(`${changed.issuer}/account/upstreams/connect/acme/go`);
    const confirm = await browser.open(locationOf(await new Browser().request(locationOf(left))));
    t.match(confirm.body, 'name="arrival"');
    t.equal((await browser.submit(confirm, {})).status, status, name);
  }
  t.equal(await signedIn(changed), account);
});

t.test('a link to a person of another issuer is no way to sign in', async (t) => {
  const { acme, other, start } = await open(t);
  const before = await start(acme);
  const id = (await signedIn(before)) ?? '';
  const waysOf = ({ app: { services } }: Server) =>
    services.otherWays.besidesPasskeys({ id, hasPassword: false });
  t.ok(await waysOf(before));
  await before.stop();
  t.equal(await waysOf(await start(other)), undefined);
});
