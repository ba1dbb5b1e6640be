import type { Browser, Page, TestServer } from './setup/index.ts';
import { type AuthenticatorSettings, SoftwareAuthenticator } from './software-authenticator.ts';

const textOf = (escaped: string): string =>
  escaped.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&');

/** The form for passkeys of a page: where it posts to, its CSRF token, and the options for the browser. */
export const passkeyFormOf = (body: string) => {
  const form = /<form\b[^>]*\bdata-passkey="[\s\S]*?<\/form>/.exec(body)?.[0];
  if (form === undefined) throw new Error(`no passkey form in: ${body.slice(0, 400)}`);
  const attribute = (name: string): string =>
    textOf(new RegExp(`\\b${name}="([^"]*)"`).exec(form)?.[1] ?? '');
  const csrf = textOf(/name="csrf" value="([^"]*)"/.exec(form)?.[1] ?? '');
  return {
    action: attribute('action'),
    csrf,
    autofill: attribute('data-autofill'),
    options: JSON.parse(attribute('data-options')),
  };
};

export const hasPasskeyForm = (body: string): boolean => body.includes('data-passkey=');

/** Sends the answer of an authenticator with the form of the page. */
export const sendPasskey = (
  browser: Browser,
  page: Page,
  credential: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Page> => {
  const { action, csrf } = passkeyFormOf(page.body);
  return browser.open(new URL(action, page.url).href, {
    method: 'POST',
    body: new URLSearchParams({ csrf, credential, ...more }),
    headers: { origin: new URL(page.url).origin },
  });
};

/** Gives an account a passkey, as its owner does on a page of this server. */
export const addPasskey = async (
  { app, issuer }: Pick<TestServer, 'app' | 'issuer'>,
  username: string,
  settings: Omit<AuthenticatorSettings, 'origin'> = {},
): Promise<SoftwareAuthenticator> => {
  const { accounts, passkeys } = app.services;
  const account = await accounts.findByUsername(username);
  if (!account) throw new Error(`there is no account ${username}`);
  const authenticator = new SoftwareAuthenticator({ origin: new URL(issuer).origin, ...settings });
  const purpose = ['enrolment', 'test'] as const;
  const options = await passkeys.creationOptions(purpose, account);
  await passkeys.register(account, { credential: authenticator.create(options), purpose });
  return authenticator;
};
