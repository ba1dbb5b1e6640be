import type { Test } from 'tap';
import { recoveryCodesIn, setUpApp } from './authenticator.ts';
import {
  Browser,
  newVerifier,
  type Page,
  password,
  RelyingParty,
  redirectParameters,
  startInProcess,
  usualConfig,
} from './setup/index.ts';

/** A server that asks everybody for a second factor unless `factors` says otherwise, and people who sign in to it. */
export const openFactors = async (
  t: Test,
  factors: object = {},
  more: object = {},
  options: Parameters<typeof startInProcess>[2] = {},
) => {
  const { security, ...others }: { readonly security?: object } = more;
  const server = await startInProcess(
    t,
    {
      ...usualConfig,
      accounts: [],
      ...others,
      security: {
        password: { memory_kib: 8192, passes: 1 },
        factors: { required: 'always', ...factors },
        ...security,
      },
    },
    options,
  );
  const app = new RelyingParty(server.issuer);
  const begin = (browser: Browser, parameters: Record<string, string> = {}, verifier = newVerifier()) =>
    browser.open(app.authorizationUrl(verifier, parameters));
  const typePassword = async (browser: Browser, parameters: Record<string, string> = {}, verifier?: string) =>
    browser.submit(await begin(browser, parameters, verifier), { login: 'ada', password });
  const now = (): number => server.clock.now();
  /** Adds an app to ada in a sign-in for `client`; the time step of its first code is over afterwards. */
  const addApp = async (parameters: Record<string, string> = {}) => {
    const browser = new Browser();
    const { key, page } = await setUpApp(browser, await typePassword(browser, parameters), now());
    server.clock.advance(31);
    return { browser, key, codes: recoveryCodesIn(page), page };
  };
  /** Adds ada with an app. */
  const enrol = async () => {
    const account = await server.addAccount({ username: 'ada', password });
    return { account, ...(await addApp()) };
  };
  return { server, app, begin, typePassword, now, addApp, enrol };
};

export const hasCode = (page: Page): boolean =>
  page.headers.has('location') && redirectParameters(page).has('code');

export const hasSession = (browser: Browser): boolean =>
  [...browser.cookies.keys()].some((name) => name === 'postern_session;/');
