import type { Browser, Page } from './setup/index.ts';

export interface Credentials {
  readonly login: string;
  readonly password: string;
}

/** Follows the pages as a person would, from an application to the server and back, until no page asks for anything. */
export const followPages = async (
  browser: Browser,
  start: string | Page,
  person: Credentials,
): Promise<Page> => {
  let page = typeof start === 'string' ? await browser.open(start) : start;
  for (let steps = 0; steps < 12; steps++) {
    const location = page.headers.get('location');
    if (location !== null) page = await browser.open(new URL(location, page.url).href);
    else if (page.body.includes('login-submit')) page = await browser.submit(page, { ...person });
    else if (page.body.includes('consent-allow')) page = await browser.submit(page, { decision: 'allow' });
    else if (page.body.includes('device-approve')) page = await browser.submit(page, {});
    else if (page.body.includes('logout-confirm')) page = await browser.submit(page, { logout: 'yes' });
    else return page;
  }
  throw new Error(`no end to it at ${page.url}`);
};
