import { groupOf } from '../admin/admin-server.ts';
import {
  type Browser,
  formOf,
  type Owner,
  type Page,
  password,
  signedInBrowser,
  startInProcess,
  type TestServer,
} from '../support/setup/index.ts';

type SignIn = Parameters<TestServer['signIn']>[1];

export interface ConsoleServer {
  readonly server: TestServer;
  readonly issuer: string;
  /** A browser in which the person is signed in. The people have the names of their roles; `ada` has no role. */
  browserOf(username: string, how?: SignIn): Promise<Browser>;
}

/** Puts one person into each role group, and one into none. */
export const addPeople = async (
  { accounts, groups }: TestServer['app']['services'],
  { withoutRole = 'ada' }: { readonly withoutRole?: string } = {},
): Promise<void> => {
  for (const [role, name] of Object.entries(groupOf)) {
    await groups.add({ name });
    await accounts.add({ username: role, password, groups: [name] }, { mayChangeRoles: true });
  }
  await accounts.add({ username: withoutRole, password });
};

export const startConsole = async (
  owner: Owner,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<ConsoleServer> => {
  const server = await startInProcess(owner, { admin: { enabled: true }, ...settings });
  await addPeople(server.app.services);
  return {
    server,
    issuer: server.issuer,
    browserOf: (username, how) => signedInBrowser(server, username, how === undefined ? {} : { how }),
  };
};

/** Sends the form of the page at this address, as the person would. */
export const sendForm = async (
  browser: Browser,
  url: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Page> => {
  const page = await browser.open(url);
  const form = [...page.body.matchAll(/<form method="post"[\s\S]*?<\/form>/g)][0]?.[0];
  if (form === undefined) throw new Error(`${page.status}: no form at ${page.url}`);
  const { action, hidden } = formOf(form);
  return browser.request(new URL(action, url).href, {
    method: 'POST',
    body: new URLSearchParams({ ...hidden, ...fields }),
    headers: { origin: new URL(url).origin },
  });
};

/** The labels of the menu, in their order. */
export const menuOf = ({ body }: Page): readonly string[] => {
  const [menu = ''] = /<nav class="account-menu console-menu"[\s\S]*?<\/ul>/.exec(body) ?? [];
  return [...menu.matchAll(/<a href="([^"]*)"/g)].map(([, href = '']) => href);
};
