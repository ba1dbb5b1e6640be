import { createServer, type RequestListener } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { insertDelivery, requestQueue, requestSweep, toClient } from '#src/services/outbox/index.ts';
import { logoutDelivery } from '#src/services/sessions/index.ts';
import { startInProcess, usualConfig } from '../support/setup/index.ts';
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

const notificationsOf = ({ client_id, backchannel_logout_uri }: ReturnType<typeof appAt>, count: number) =>
  Array.from({ length: count }, (_, n) =>
    insertDelivery(
      {
        kind: logoutDelivery,
        about: { ...toClient(client_id, backchannel_logout_uri), account: `person-${n}` },
        tries: 0,
      },
      Date.now() - 1_000,
    ),
  );

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
