import t, { type Test } from 'tap';
import { freePort } from '#src/testing/free-port.ts';
import {
  Browser,
  formOf,
  type Page,
  password,
  redirectParameters,
  secret,
  startInProcess,
  type TestServer,
  usualConfig,
} from '../support/setup/index.ts';
import { startStockProvider } from '../support/stock-provider.ts';
import { locationOf, openLogin } from '../support/upstream-sign-in.ts';
import { waitFor } from '../support/wait-for.ts';

const bye = 'http://localhost:4999/bye';

/** A server whose people sign in at the upstream named. */
const startDownstream = (t: Test, upstream: Readonly<Record<string, unknown>>, port: number) =>
  startInProcess(t, {
    ...usualConfig,
    listen: { port },
    clients: [{ ...usualConfig.clients[0], post_logout_redirect_uris: [bye] }],
    upstreams: [
      {
        name: 'Upstream',
        client_id: 'downstream',
        client_secret: secret,
        create: true,
        logout: 'upstream',
        ...upstream,
      },
    ],
  });

/** Two browsers are one: each has the cookies of one server, because cookies of tests know no hosts. */
interface Person {
  readonly here: Browser;
  readonly there: Browser;
}

/** Answers the pages of the upstream until it leads back here. */
type Answer = (there: Browser, page: Page) => Promise<Page>;

const isBack = ({ headers }: Page, server: TestServer): boolean =>
  headers.get('location')?.startsWith(server.issuer) ?? false;

const signIn = async (
  server: TestServer,
  { here, there }: Person,
  { id, answer, parameters = {} }: { id: string; answer: Answer; parameters?: Record<string, string> },
): Promise<Page> => {
  const login = await openLogin(server.issuer, { browser: here, parameters });
  const left = await here.request(`${login.url}?with=${id}`);
  let page = await there.open(locationOf(left));
  for (let pages = 0; pages < 6 && !isBack(page, server); pages += 1) page = await answer(there, page);
  return here.open(locationOf(page));
};

const accountOf = async (server: TestServer) => {
  const { account = '' } = server.events.filter(({ type }) => type === 'sign-in').at(-1) ?? {};
  return server.app.services.accounts.find(account);
};

const countSessions = async (server: TestServer, account = ''): Promise<number> =>
  (await server.app.services.sessions.list(account)).items.length;

/** Where the page of the sign-out goes on to. */
const goesTo = ({ body }: Page): string =>
  (/http-equiv="refresh" content="0; ?url=([^"]+)"/.exec(body)?.[1] ?? '').replaceAll('&amp;', '&');

/** Signs out here, and there as well, and returns where the upstream leads back to. */
const signOut = async (server: TestServer, { here, there }: Person, answer: Answer): Promise<Page> => {
  const query = new URLSearchParams({ client_id: 'app', post_logout_redirect_uri: bye, state: 's' });
  const asks = await here.open(`${server.issuer}/oauth/logout?${query}`);
  const going = await here.submit(asks, { logout: 'yes' });
  let page = await there.open(goesTo(going));
  for (let pages = 0; pages < 6 && !isBack(page, server); pages += 1) page = await answer(there, page);
  return here.request(locationOf(page));
};

t.test('another Postern', async (t) => {
  const parent = await startInProcess(t, {
    accounts: [
      {
        username: 'grace',
        password,
        name: 'Grace Hopper',
        email: 'grace@parent.example',
        email_verified: true,
      },
    ],
  });
  const server = await startDownstream(
    t,
    { id: 'parent', preset: 'postern', issuer: parent.issuer },
    await freePort(),
  );
  const at = `${server.issuer}/upstream/parent`;
  await parent.addClient({
    id: 'downstream',
    secret,
    metadata: {
      redirect_uris: [`${at}/callback`],
      post_logout_redirect_uris: [`${at}/signed-out`],
      backchannel_logout_uri: `${at}/backchannel-logout`,
      backchannel_logout_session_required: true,
      first_party: true,
    },
  });
  const answer: Answer = (there, page) => there.submit(page, { login: 'grace', password });
  const person = { here: new Browser(), there: new Browser() };

  t.ok(redirectParameters(await signIn(server, person, { id: 'parent', answer })).get('code'));
  const account = await accountOf(server);
  t.match(account, {
    claims: { name: 'Grace Hopper', email: 'grace@parent.example', email_verified: true },
    hasPassword: false,
  });

  await t.test('a second sign-in leads to the same account, and asks nothing there', async (t) => {
    const again = { here: new Browser(), there: person.there };
    const noQuestion: Answer = async (_there, page) => {
      throw new Error(`the upstream asks: ${page.body.slice(0, 200)}`);
    };
    t.ok(redirectParameters(await signIn(server, again, { id: 'parent', answer: noQuestion })).get('code'));
    t.equal((await accountOf(server))?.id, account?.id);
    t.equal(await countSessions(server, account?.id), 2);
  });

  await t.test('prompt=login and max_age hold for the upstream', async (t) => {
    let asked = 0;
    const asking: Answer = (there, page) => {
      asked += 1;
      return answer(there, page);
    };
    const parameters = { prompt: 'login', max_age: '60' };
    const last = await signIn(server, person, { id: 'parent', answer: asking, parameters });
    t.ok(redirectParameters(last).get('code'));
    t.equal(asked, 1);
  });

  await t.test('a sign-out there ends the sessions that began in it', async (t) => {
    const asks = await person.there.open(`${parent.issuer}/oauth/logout`);
    await person.there.submit(asks, { logout: 'yes' });
    await waitFor('the sessions to end', async () => (await countSessions(server, account?.id)) === 0);
    t.match(server.events.filter(({ type }) => type === 'upstream.logout').at(-1), { outcome: 'ok' });
    t.match((await person.here.open(`${server.issuer}/account`)).body, 'login-submit');
  });

  await t.test('a sign-out here goes on there and comes back', async (t) => {
    const fresh = { here: new Browser(), there: new Browser() };
    await signIn(server, fresh, { id: 'parent', answer });
    const back = await signOut(server, fresh, (there, page) => there.submit(page, { logout: 'yes' }));
    t.equal(locationOf(back), `${bye}?state=s`);
    t.match((await fresh.there.open(`${parent.issuer}/account`)).body, 'login-submit', 'signed out there');
  });
});

t.test('a stock oidc-provider', async (t) => {
  const port = await freePort();
  const stock = await startStockProvider(t, `http://localhost:${port}`);
  const { issuer } = stock;
  const server = await startDownstream(t, { id: 'stock', issuer, trust_email: true }, port);
  /** Its pages are those for development: a name and any password, then a consent. */
  const answer: Answer = (there, page) => {
    const { hidden } = formOf(page.body);
    return there.submit(page, hidden['prompt'] === 'login' ? { login: 'margaret', password: 'any' } : {});
  };
  const person = { here: new Browser(), there: new Browser() };

  t.ok(redirectParameters(await signIn(server, person, { id: 'stock', answer })).get('code'));
  const account = await accountOf(server);
  t.match(account, {
    claims: { name: 'margaret of Stock', email: 'margaret@stock.example', email_verified: true },
  });

  await t.test('a sign-out here goes on there and comes back', async (t) => {
    const back = await signOut(server, person, (there, page) => there.submit(page, { logout: 'yes' }));
    t.equal(locationOf(back), `${bye}?state=s`);
  });

  await t.test('its logout tokens end sessions', async (t) => {
    const fresh = { here: new Browser(), there: new Browser() };
    t.ok(redirectParameters(await signIn(server, fresh, { id: 'stock', answer })).get('code'));
    t.equal((await accountOf(server))?.id, account?.id);
    t.equal(await countSessions(server, account?.id), 1);
    const asks = await fresh.there.open(`${issuer}/session/end`);
    await fresh.there.submit(asks, { logout: 'yes' });
    await waitFor('the session to end', async () => (await countSessions(server, account?.id)) === 0);
    t.match(server.events.filter(({ type }) => type === 'upstream.logout').at(-1), {
      outcome: 'ok',
      details: { sessions: 1 },
    });
  });

  await t.test('while it is down, a page says so, and other ways to sign in work', async (t) => {
    await stock.stop();
    const other = await startDownstream(t, { id: 'stock', issuer }, await freePort());
    const here = new Browser();
    const login = await openLogin(other.issuer, { browser: here });
    t.match(await here.open(`${login.url}?with=stock`), { status: 503, body: 'can’t be reached right now' });
    t.match(other.events.at(-1), { outcome: 'failed', reason: 'upstream_unavailable' });
    const choice = await here.open(`${login.url}?choose=yes`);
    t.ok(redirectParameters(await here.submit(choice, { login: 'ada', password })).get('code'));
  });
});
