import type { FakeUpstream } from './fake-upstream.ts';
import { Browser, newVerifier, type Page, RelyingParty } from './setup/index.ts';

/** The address of the button for an upstream. */
const linkTo = (page: Page, upstream: string): string => {
  const href = new RegExp(`href="([^"]*[?&](?:amp;)?with=${upstream}[^"]*)"`).exec(page.body)?.[1];
  if (href === undefined)
    throw new Error(`no button for ${upstream}: ${page.status} ${page.body.slice(0, 400)}`);
  return new URL(href.replaceAll('&amp;', '&'), page.url).href;
};

export const locationOf = (page: Page): string => {
  const location = page.headers.get('location');
  if (location === null) throw new Error(`no redirect: ${page.status} ${page.body.slice(0, 600)}`);
  return location;
};

interface Trip {
  readonly parameters?: Readonly<Record<string, string>>;
  readonly browser?: Browser;
}

/** Opens the sign-in page of the application. */
export const openLogin = (issuer: string, { browser = new Browser(), parameters = {} }: Trip = {}) =>
  browser.open(new RelyingParty(issuer).authorizationUrl(newVerifier(), parameters));

/** Goes to an upstream that asks nothing, and comes back with its response: a URL of this server. */
export const visitUpstream = async (browser: Browser, page: Page, upstream: string): Promise<string> => {
  const left = await browser.request(linkTo(page, upstream));
  // It has cookies of its own.
  return locationOf(await new Browser().request(locationOf(left)));
};

/** From the application to the upstream and back, as far as it goes without a question. */
export const signInBy = async (issuer: string, upstream: string, trip: Trip = {}): Promise<Page> => {
  const { browser = new Browser() } = trip;
  const page = await openLogin(issuer, { ...trip, browser });
  return browser.open(await visitUpstream(browser, page, upstream));
};

/** Settings of an upstream with one of its kind. */
export const settingsOf = (fake: FakeUpstream, more: Readonly<Record<string, unknown>> = {}) => ({
  id: 'acme',
  name: 'Acme',
  issuer: fake.issuer,
  client_id: fake.clientId,
  client_secret: fake.clientSecret,
  ...more,
});
