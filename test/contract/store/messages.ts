import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { assertEach } from '../../support/assert-each.ts';
import { waitFor } from '../../support/wait-for.ts';
import { key, type Open, openForTest, rejectsAsUnavailable } from './support.ts';

export const messagesAndLifecycle = async (t: Test, open: Open): Promise<void> => {
  await t.test('a message reaches the subscribers of its topic in this process once', async (t) => {
    const store = await openForTest(t, open);
    const heard: (string | undefined)[] = [];
    const others: (string | undefined)[] = [];
    const stop = store.subscribe('keys', (message) => heard.push(message));
    store.subscribe('keys', (message) => others.push(message));
    store.subscribe('clients', (message) => others.push(`wrong ${message}`));
    let sent = 0;
    await waitFor('an announcement', async () => {
      await store.publish('keys', `${sent++} ä b`);
      await sleep(20);
      return heard.length > 0 && others.length > 0;
    });
    stop();
    stop();
    const before = [...heard];
    await waitFor('the other listener', async () => {
      await store.publish('keys', 'last');
      return others.includes('last');
    });
    t.same(heard, before, 'a listener that stopped hears nothing');
    assertEach(t, before, (message) => message?.endsWith(' ä b') === true);
    t.equal(new Set(before).size, before.length, 'no message twice');
    t.notOk(others.some((message) => message?.startsWith('wrong')));
  });

  await t.test('a healthy store answers a ping and returns its findings', async (t) => {
    const store = await openForTest(t, open);
    await store.ping();
    for (const finding of await store.inspect()) {
      t.match(finding.code, /^[a-z_]+$/);
      t.type(finding.fatal, 'boolean');
      t.ok(finding.message.length > 0 && finding.fix.length > 0);
    }
    const space = await store.space();
    t.ok(space === undefined || (space.freeBytes >= 0 && space.freeBytes <= space.totalBytes));
  });

  await t.test('a closed store refuses every operation and may be closed again', async (t) => {
    const store = await open();
    const at = key('f');
    await store.commit([{ op: 'put', key: at, body: 'a' }]);
    const stop = store.subscribe('topic', () => {});
    await Promise.all([store.close(), store.close()]);
    await store.close();
    stop();
    store.subscribe('topic', () => {})();
    await rejectsAsUnavailable(t, () => store.read([at]), 'read');
    await rejectsAsUnavailable(t, () => store.commit([{ op: 'remove', key: at }]), 'commit');
    await rejectsAsUnavailable(t, () => store.list('i', 'o', { limit: 1 }), 'list');
    await rejectsAsUnavailable(t, () => store.increment(['c'], 1_000), 'tally');
    await rejectsAsUnavailable(t, () => store.publish('topic', 'm'), 'announce');
    await rejectsAsUnavailable(t, () => store.ping(), 'ping');
    await rejectsAsUnavailable(t, () => store.dump(), 'dump');
    await rejectsAsUnavailable(t, () => store.load([]), 'load');
  });
};
