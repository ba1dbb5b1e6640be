import { Browser } from './browser.ts';
import type { TestServer } from './in-process.ts';

interface SignedIn {
  /** How the person signed in. */
  readonly how?: Parameters<TestServer['signIn']>[1];
  readonly headers?: Readonly<Record<string, string>>;
}

/** A browser in which the person is signed in, without the pages of a sign-in. */
export const signedInBrowser = async (
  server: Pick<TestServer, 'signIn'>,
  username: string,
  { how = {}, headers = {} }: SignedIn = {},
): Promise<Browser> => {
  const browser = new Browser(headers);
  for (const { name, value } of (await server.signIn(username, how)).cookies) browser.setCookie(name, value);
  return browser;
};
