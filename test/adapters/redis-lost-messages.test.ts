import t from 'tap';
import { openRedis } from '#adapters/redis/index.ts';
import type { Store } from '#src/store/port.ts';
import { freshPrefix } from '../support/redis.ts';
import { redisCommand, startRedis } from '../support/redis-server.ts';
import { secret, startInProcess, usualConfig } from '../support/setup/index.ts';
import { longStoreTimeouts, longTimeouts, waitFor } from '../support/wait-for.ts';

// The connection that receives messages is lost, and a message is published before there is a new one.

const redis = await startRedis();
t.teardown(redis.close);

const killSubscribers = () => redisCommand(redis.port, 'client', 'kill', 'type', 'pubsub');

t.test('a subscriber learns that messages may be missing once it is subscribed again', async (t) => {
  const prefix = freshPrefix();
  const open = (): Promise<Store> => openRedis({ url: redis.url, clock: Date, prefix, ...longTimeouts });
  const [one, two] = [await open(), await open()];
  t.teardown(() => Promise.all([one.close(), two.close()]));
  const heard: Record<string, (string | undefined)[]> = { keys: [], clients: [] };
  for (const [topic, messages] of Object.entries(heard))
    two.subscribe(topic, (message) => messages.push(message));
  await waitFor('both topics', async () => {
    await Promise.all([one.publish('keys', 'first'), one.publish('clients', 'first')]);
    return heard['keys']?.includes('first') === true && heard['clients']?.includes('first') === true;
  });
  t.notOk(heard['keys']?.includes(undefined), 'nothing was missing so far');
  for (let round = 0; round < 3; round += 1) {
    await killSubscribers();
    await one.publish('keys', `lost ${round}`);
    const count = (topic: string): number => heard[topic]?.filter((one) => one === undefined).length ?? 0;
    await waitFor('the gap', () => count('keys') > round && count('clients') > round);
    t.same([count('keys'), count('clients')], [round + 1, round + 1], 'once for each topic');
    t.notOk(heard['keys']?.includes(`lost ${round}`));
    await one.publish('keys', `kept ${round}`);
    await waitFor('the next message', () => heard['keys']?.includes(`kept ${round}`) === true);
  }
});

t.test('a server follows a change whose message it has missed', async (t) => {
  const store = { url: redis.url, prefix: freshPrefix(), ...longStoreTimeouts };
  const [server, other] = [
    await startInProcess(t, { ...usualConfig, store }),
    await startInProcess(t, { ...usualConfig, store }),
  ];
  const id = 'nightly-job';
  await server.addClient({
    type: 'machine',
    id,
    secret,
    metadata: { grant_types: ['client_credentials'], token_endpoint_auth_method: 'client_secret_post' },
  });
  const ask = async (): Promise<number> => {
    const form = { grant_type: 'client_credentials', client_id: id, client_secret: secret };
    const answer = await fetch(`${other.issuer}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    await answer.body?.cancel();
    return answer.status;
  };
  const account = await server.addAccount({ username: 'grace', password: 'a lantern by the harbour' });
  const { accounts } = other.app.services;
  t.equal(await ask(), 200);
  t.ok((await accounts.find(account.id))?.enabled);

  await killSubscribers();
  await server.app.services.clients.remove(id);
  await server.app.services.accounts.disable(account.id);
  const changed = performance.now();
  await waitFor('the removal of the client', async () => (await ask()) === 401);
  await waitFor('the end of the account', async () => !(await accounts.find(account.id))?.enabled);
  const elapsed = performance.now() - changed;
  t.ok(elapsed < 4_000, `before what was read expires: after ${Math.round(elapsed)} ms`);
});
