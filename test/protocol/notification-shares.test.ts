import { createServer, type RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import {
  insertDelivery,
  outboxIndex,
  requestQueue,
  requestSweep,
  toClient,
} from '#src/services/outbox/index.ts';
import { logoutDelivery } from '#src/services/sessions/index.ts';
import {
  Browser,
  codeFor,
  RelyingParty,
  redirectUri,
  startInProcess,
  usualConfig,
} from '../support/setup/index.ts';
import { waitFor } from '../support/wait-for.ts';

t.setTimeout(120_000);

const listen = async (t: Test, answer: RequestListener) => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${Object(server.address()).port}/`;
};

/** An application that answers each notification. */
const listenWell = async (t: Test) => {
  const seen = { posts: 0 };
  const address = await listen(t, (_, response) => {
    seen.posts += 1;
    response.end();
  });
  return { seen, address };
};

/** An application that accepts connections and never answers. */
const listenInSilence = async (t: Test) => {
  const seen = { open: 0, most: 0, given: 0 };
  const address = await listen(t, ({ socket }) => {
    seen.open += 1;
    seen.most = Math.max(seen.most, seen.open);
    socket.once('close', () => {
      seen.open -= 1;
      seen.given += 1;
    });
  });
  return { seen, address };
};

const appAt = (client_id: string, backchannel_logout_uri: string) => ({
  ...usualConfig.clients[0],
  client_id,
  backchannel_logout_uri,
});

const notificationsOf = (
  { client_id: client, backchannel_logout_uri: address }: ReturnType<typeof appAt>,
  count: number,
  isFromRegistration = false,
) => {
  const receiver = toClient({ client, address, isFromRegistration });
  return Array.from({ length: count }, (_, n) =>
    insertDelivery(
      { kind: logoutDelivery, about: { ...receiver, account: `person-${n}` }, tries: 0 },
      Date.now() - 1_000,
    ),
  );
};

t.test('one application gets a share of the requests that are sent at a time (CWE-400)', async (t) => {
  const [good, silent] = [await listenWell(t), await listenInSilence(t)];
  const app = appAt('app', good.address);
  // Both are at one host.
  const slow = ['slow', 'slower'].map((id) => appAt(id, `${silent.address}${id}`));
  const { store } = await startInProcess(t, { ...usualConfig, clients: [app, ...slow] });
  for (const one of slow) await store.commit(notificationsOf(one, 30));
  await store.commit(notificationsOf(app, 1));
  await requestSweep(store, requestQueue);
  await waitFor('the notification of the other application', () => good.seen.posts === 1);
  await waitFor('requests to be given up', () => silent.seen.given >= 20);
  t.equal(silent.seen.most, 20);
});

t.test('notifications that wait for their turn cost nothing meanwhile, and each is sent', async (t) => {
  const [good, silent] = [await listenWell(t), await listenInSilence(t)];
  const [app, slow] = [appAt('app', good.address), appAt('slow', silent.address)];
  let commits = 0;
  const observe = (operation: string): void => {
    if (operation === 'commit') commits += 1;
  };
  const { store } = await startInProcess(t, { ...usualConfig, clients: [app, slow] }, { observe });
  await store.commit(notificationsOf(slow, 400));
  await requestSweep(store, requestQueue);
  // By then it is known how slow the application is.
  await waitFor('requests to be given up', () => silent.seen.given >= 40);
  const before = { commits, given: silent.seen.given };
  await sleep(4_000);
  const sent = silent.seen.given - before.given;
  t.ok(sent >= 20, `${sent} were sent`);
  const spent = commits - before.commits;
  t.ok(spent <= 300, `${spent} commits while more than 300 notifications waited`);

  await store.commit(notificationsOf(app, 60));
  await requestSweep(store, requestQueue);
  await waitFor('all notifications of an application that answers', () => good.seen.posts === 60);
});

t.test('clients that registered themselves share half of the requests, however many they are', async (t) => {
  const [good, ...silent] = [
    await listenWell(t),
    ...(await Promise.all(Array.from({ length: 15 }, () => listenInSilence(t)))),
  ];
  const app = appAt('app', good.address);
  const strangers = silent.map(({ address }, n) => appAt(`stranger-${n}`, address));
  const { store } = await startInProcess(t, { ...usualConfig, clients: [app, ...strangers] });
  for (const one of strangers) await store.commit(notificationsOf(one, 30, true));
  await requestSweep(store, requestQueue);
  const open = () => silent.reduce((sum, { seen }) => sum + seen.open, 0);
  await waitFor('all places of such clients to be taken', () => open() >= 90);
  await store.commit(notificationsOf(app, 60));
  await requestSweep(store, requestQueue);
  await waitFor('all notifications of the other application', () => good.seen.posts === 60);
  // Those that began together are given up together, and then the next ones begin.
  await waitFor('theirs to be under way as before', () => open() > 60);
  await waitFor('requests to be given up', () => silent.some(({ seen }) => seen.given > 0));
  t.ok(open() <= 100);
});

t.test('such a client takes nothing of the share of a host that it names', async (t) => {
  const seen = { posts: 0 };
  // One host, where one path never answers.
  const address = await listen(t, ({ url }, response) => {
    if (url === '/silent') return;
    seen.posts += 1;
    response.end();
  });
  const [app, stranger] = [appAt('app', `${address}logout`), appAt('stranger', `${address}silent`)];
  const { store } = await startInProcess(t, { ...usualConfig, clients: [app, stranger] });
  await store.commit(notificationsOf(stranger, 40, true));
  await requestSweep(store, requestQueue);
  await sleep(500);
  const before = performance.now();
  await store.commit(notificationsOf(app, 1));
  await requestSweep(store, requestQueue);
  await waitFor('the notification of the application', () => seen.posts === 1);
  t.ok(performance.now() - before < 2_000, 'before the first request of the other one is given up');
});

t.test('a message says that its client registered itself, however the session ends', async (t) => {
  const silent = await listenInSilence(t);
  const server = await startInProcess(t, { ...usualConfig, registration: { enabled: true } });
  const { issuer, store, app } = server;
  const registered = await fetch(`${issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      client_name: 'Stranger',
      redirect_uris: [redirectUri],
      token_endpoint_auth_method: 'none',
      backchannel_logout_uri: silent.address,
    }),
  });
  const party = new RelyingParty(issuer, String(Object(await registered.json()).client_id));
  const messages = async (): Promise<readonly string[]> => {
    const { items } = await store.list(outboxIndex, 'due', { limit: 10 });
    return items.map(({ document }) => document.body);
  };

  const browser = new Browser();
  await codeFor(party, browser);
  await browser.submit(await browser.open(`${issuer}/oauth/logout`), { logout: 'yes' });
  t.match(await messages(), [/"from":"registration"/], 'the person signs out');

  await codeFor(party, new Browser());
  const account = await app.services.accounts.findByUsername('ada');
  const { items: sessions } = await app.services.sessions.list(account?.id ?? '', { limit: 10 });
  for (const { id } of sessions) await app.services.sessions.end(id);
  const all = await messages();
  t.equal(all.length, 2);
  for (const body of all) t.match(body, '"from":"registration"', 'an operator ends the session');
});
