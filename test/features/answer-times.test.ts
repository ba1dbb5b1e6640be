import t, { type Test } from 'tap';
import { Browser, formOf, newVerifier, type Page, RelyingParty } from '../support/setup/index.ts';
import { startWithMail, waitForEmptyOutbox } from '../support/start-with-mail.ts';

// How long an answer takes must not tell whether there is an account. What differs is done after the answer, in the outbox.

const samples = 50;

const { server } = await startWithMail(t, {
  proxy: { trusted: ['127.0.0.1'] },
  sign_in: { email_code: true },
  security: {
    password: { memory_kib: 8192, passes: 1 },
    throttle: {
      mail_request_per_address: 0,
      mail_per_recipient: 0,
      sign_in_start_per_address: 0,
      sign_in_per_address: 0,
    },
  },
});
const { accounts } = server.app.services;
const client = new RelyingParty(server.issuer);

for (let n = 0; n < samples; n += 1) {
  const claims = { email: `known-${n}@example.com`, email_verified: true };
  await accounts.add({ username: `known-${n}`, claims });
}

const nothingWaits = (): Promise<void> => waitForEmptyOutbox(server);

const timeOf = async (action: () => Promise<unknown>): Promise<number> => {
  const started = performance.now();
  await action();
  return performance.now() - started;
};

/**
 * How often the answer about an account takes longer than one about a stranger: 0.5 when the times say nothing. The
 * deviation is 0.058 for 50 samples of each.
 */
const advantageOf = (known: readonly number[], unknown: readonly number[]): number => {
  const longer = known.map((one) => unknown.filter((other) => one > other).length);
  return longer.reduce((sum, count) => sum + count, 0) / (known.length * unknown.length);
};

/** Answers about people who are known and who are not, in turn, so that both meet the same noise. */
const assertTimesSayNothing = async (
  t: Test,
  prepare: (email: string) => Promise<() => Promise<unknown>>,
): Promise<void> => {
  const times: Record<'known' | 'unknown', number[]> = { known: [], unknown: [] };
  for (let n = 0; n < samples; n += 1) {
    const order = n % 2 === 0 ? (['known', 'unknown'] as const) : (['unknown', 'known'] as const);
    for (const who of order) {
      const act = await prepare(`${who}-${n}@example.com`);
      await nothingWaits();
      times[who].push(await timeOf(act));
    }
  }
  const advantage = advantageOf(times.known, times.unknown);
  t.ok(advantage > 0.25 && advantage < 0.75, `an account takes longer in ${advantage} of the pairs`);
};

const codeForm = async (browser: Browser): Promise<Page> =>
  browser.open(`${(await browser.open(client.authorizationUrl(newVerifier()))).url}?code=yes`);

t.test('a code to sign in by is asked for', (t) =>
  assertTimesSayNothing(t, async (login) => {
    const browser = new Browser();
    const form = await codeForm(browser);
    return async () => t.match((await browser.submit(form, { login })).body, 'Check your email');
  }),
);

let networks = 0;

t.test('a code to sign in by is guessed', (t) =>
  assertTimesSayNothing(t, async (login) => {
    networks += 1;
    const browser = new Browser({ 'x-forwarded-for': `203.0.113.${networks}` });
    const page = await browser.submit(await codeForm(browser), { login });
    return async () => t.equal((await browser.submit(page, { code: 'guess' })).status, 422);
  }),
);

t.test('a new password is asked for', (t) =>
  assertTimesSayNothing(t, async (login) => {
    const browser = new Browser();
    const { url, body } = await browser.open(`${server.issuer}/account/forgot`);
    const request = {
      method: 'POST',
      body: new URLSearchParams({ ...formOf(body).hidden, login }),
      headers: { origin: server.issuer },
    };
    return async () => t.equal((await browser.request(url, request)).status, 303);
  }),
);
