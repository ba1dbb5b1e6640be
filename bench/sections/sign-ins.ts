import { passkeyFormOf, sendPasskey } from '../../test/support/passkeys.ts';
import { Browser, type Page } from '../../test/support/setup/browser.ts';
import { SoftwareAuthenticator } from '../../test/support/software-authenticator.ts';
import { password, username } from '../fixtures.ts';
import { median } from '../measure/numbers.ts';
import { cpuMs, rssMb } from '../measure/process-status.ts';
import { startPostern } from '../subjects/postern.ts';
import type { Section } from './section.ts';

const deviceCookie = 'postern_device';

/**
 * Whole sign-ins to the account page, from the redirect to the page: by password and by passkey in turn, at one server.
 * Each begins in a browser without a session, that the account has used before.
 */
export const measureSignIns: Section = async ({ quick, report }) => {
  const postern = await startPostern();
  const issuer = `http://localhost:${postern.port}`;
  const page = `${issuer}/account/passkeys`;
  const authenticator = new SoftwareAuthenticator({ origin: issuer });

  const enrolling = new Browser();
  const byPassword = (browser: Browser, login: Page): Promise<Page> =>
    browser.submit(login, { login: username, password });
  const byPasskey = (browser: Browser, login: Page): Promise<Page> =>
    sendPasskey(browser, login, authenticator.get(passkeyFormOf(login.body).options));

  const form = await byPassword(enrolling, await enrolling.open(`${page}/add`));
  const restMb = rssMb(postern.pid);
  const beforeFirst = cpuMs(postern.pid);
  await sendPasskey(enrolling, form, authenticator.create(passkeyFormOf(form.body).options));
  const firstMs = cpuMs(postern.pid) - beforeFirst;
  const loadedMb = rssMb(postern.pid) - restMb;
  const device = enrolling.cookies.get(`${deviceCookie};/`)?.value ?? '';

  const costOf = async (signIn: typeof byPassword): Promise<number> => {
    const browser = new Browser();
    browser.setCookie(deviceCookie, device);
    const before = cpuMs(postern.pid);
    const reached = await signIn(browser, await browser.open(page));
    await postern.awaitDeferredWork();
    if (reached.url !== page || reached.status !== 200)
      throw new Error(`the sign-in ended at ${reached.url} with ${reached.status}`);
    return cpuMs(postern.pid) - before;
  };

  const passwords: number[] = [];
  const passkeys: number[] = [];
  for (let round = -3; round < (quick ? 8 : 30); round += 1) {
    const [one, other] = [await costOf(byPassword), await costOf(byPasskey)];
    // The first ones compile what the others run.
    if (round >= 0) {
      passwords.push(one);
      passkeys.push(other);
    }
  }
  await postern.close();
  const [passwordMs, passkeyMs] = [median(passwords), median(passkeys)];
  report({
    title: 'processor time of one whole sign-in, embedded store',
    note: 'Both have the same number of requests. A password is hashed with argon2id; a passkey is verified with ES256, and its use is stored.',
    values: {
      'by password, ms': passwordMs.toFixed(1),
      'by passkey, ms': passkeyMs.toFixed(1),
      'passkey to password': (passkeyMs / passwordMs).toFixed(2),
      'the first passkey of a process, which loads the library, ms': firstMs.toFixed(0),
      'memory that it adds, MB': loadedMb.toFixed(0),
    },
  });
};
