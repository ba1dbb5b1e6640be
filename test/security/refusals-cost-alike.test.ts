import { randomBytes } from 'node:crypto';
import t from 'tap';
import {
  Browser,
  newVerifier,
  password,
  RelyingParty,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';

/**
 * The time of a refused sign-in must not tell whether an account exists. The processor time of this process says what a
 * refusal costs, whatever else the machine does.
 */
const server = await startInProcess(t, {
  ...usualConfig,
  security: { password: { memory_kib: 8192, passes: 1 } },
});
const { accounts } = server.app.services;

const refusalOf = async (login: string): Promise<number> => {
  const browser = new Browser();
  const page = await browser.open(new RelyingParty(server.issuer).authorizationUrl(newVerifier()));
  const before = process.cpuUsage();
  const refused = await browser.submit(page, { login, password: 'not the password' });
  const { user, system } = process.cpuUsage(before);
  t.match(refused.body, 'login-submit', `${login} is refused`);
  return (user + system) / 1000;
};

/** The least of some, since garbage is collected in between. */
const costOf = async (login: string): Promise<number> =>
  Math.min(await refusalOf(login), await refusalOf(login), await refusalOf(login));

t.test('a refusal costs the same for unknown names, and for accounts of another system', async (t) => {
  // As Django writes them: twenty times the cost of a hash by these settings.
  const hash = `pbkdf2_sha256$1400000$salt$${randomBytes(32).toString('base64')}`;
  await accounts.add({ username: 'imported', passwordHash: hash });
  await accounts.add({ username: 'invited' });
  await accounts.add({ username: 'settled', password });
  const imported = await costOf('imported');
  for (const login of ['unknown', 'settled', 'invited', 'ada']) {
    const cost = await costOf(login);
    t.ok(cost > imported / 2, `${login}: ${cost} ms, an imported account: ${imported} ms`);
  }
});
