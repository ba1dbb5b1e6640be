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

const refusalOf = async (login: string, typed: string): Promise<number> => {
  const browser = new Browser();
  const page = await browser.open(new RelyingParty(server.issuer).authorizationUrl(newVerifier()));
  const before = process.cpuUsage();
  const refused = await browser.submit(page, { login, password: typed });
  const { user, system } = process.cpuUsage(before);
  t.match(refused.body, 'login-submit', `${login} is refused`);
  return (user + system) / 1000;
};

/** The least of some, since garbage is collected in between. */
const costOf = async (login: string, typed = 'not the password'): Promise<number> =>
  Math.min(await refusalOf(login, typed), await refusalOf(login, typed), await refusalOf(login, typed));

t.test('a refusal costs the same for unknown names, and for accounts of another system', async (t) => {
  // As Django writes them: twenty times the cost of a hash by these settings.
  const hash = `pbkdf2_sha256$1400000$salt$${randomBytes(32).toString('base64')}`;
  await accounts.add({ username: 'imported', passwordHash: hash });
  await accounts.add({ username: 'invited' });
  await accounts.add({ username: 'settled', password });
  const { id } = await accounts.add({ username: 'gone', password });
  await accounts.disable(id);
  const imported = await costOf('imported');
  for (const login of ['unknown', 'settled', 'invited', 'ada']) {
    const cost = await costOf(login);
    t.ok(cost > imported / 2, `${login}: ${cost} ms, an imported account: ${imported} ms`);
  }
  // Otherwise a stranger could find out that a stolen password is right, and try it elsewhere.
  const disabled = await costOf('gone', password);
  t.ok(disabled > imported / 2, `the right password of a disabled account: ${disabled} ms`);
});
