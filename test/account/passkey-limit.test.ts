import t from 'tap';
import { kinds } from '#src/store/record-kinds.ts';
import { passkeyFormOf, sendPasskey } from '../support/passkeys.ts';
import { Browser, password, startInProcess, usualConfig } from '../support/setup/index.ts';
import { SoftwareAuthenticator } from '../support/software-authenticator.ts';

const server = await startInProcess(t, {
  ...usualConfig,
  security: { password: { memory_kib: 8192, passes: 1 } },
});
const { issuer, app } = server;
const { origin } = new URL(issuer);
const add = `${issuer}/account/passkeys/add`;
const perHour = 60;

const signedIn = async (username: string) => {
  const { id } = await server.addAccount({ username, password });
  const browser = new Browser();
  await browser.submit(await browser.open(add), { login: username, password });
  return { id, browser };
};

/** What a browser may answer with a challenge that counts. */
const wrongAnswer = (body: string): string =>
  new SoftwareAuthenticator({ origin }).create(passkeyFormOf(body).options, { userVerified: false });

const usedChallenges = async (): Promise<number> => {
  const { entries } = await server.store.dump();
  return entries.filter(({ type, key }) => type === 'document' && key.kind === kinds.usedPasskeyChallenge)
    .length;
};

t.test('an account uses up 60 challenges an hour, and no more are stored', async (t) => {
  const { id, browser } = await signedIn('eve');
  const statuses: number[] = [];
  let page = await browser.open(add);
  for (let tried = 0; tried < perHour + 5; tried += 1) {
    page = await sendPasskey(browser, page, wrongAnswer(page.body));
    statuses.push(page.status);
  }
  t.strictSame(statuses, [...Array(perHour).fill(422), ...Array(5).fill(429)]);
  t.equal(page.headers.get('retry-after'), '3600');
  t.match(page.body, 'Too many attempts. Try again in 60 minutes.');
  t.equal(await usedChallenges(), perHour);
  t.match(server.events.filter(({ type }) => type === 'passkey.refused').at(-1), {
    reason: 'throttled',
    account: id,
  });

  const right = new SoftwareAuthenticator({ origin }).create(passkeyFormOf(page.body).options);
  t.equal((await sendPasskey(browser, page, right)).status, 429, 'also one that is right');
  t.strictSame(await app.services.passkeys.list(id), []);

  server.clock.advance(3601);
  t.teardown(server.clock.restore);
  await browser.submit(await browser.open(add), { login: 'eve', password });
  const later = await browser.open(add);
  const authenticator = new SoftwareAuthenticator({ origin });
  await sendPasskey(browser, later, authenticator.create(passkeyFormOf(later.body).options));
  t.match(await app.services.passkeys.list(id), [{}]);
});

t.test('others are not limited by it', async (t) => {
  const { id, browser } = await signedIn('grace');
  const page = await browser.open(add);
  await sendPasskey(
    browser,
    page,
    new SoftwareAuthenticator({ origin }).create(passkeyFormOf(page.body).options),
  );
  t.match(await app.services.passkeys.list(id), [{}]);
});
