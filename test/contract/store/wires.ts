import { setTimeout as sleep } from 'node:timers/promises';
import type { Test } from 'tap';
import { waitFor } from '../../support/patience.ts';
import { isUnavailable, key, type Open, opened } from './support.ts';

export const wires = async (t: Test, open: Open): Promise<void> => {
  await t.test('an announcement reaches the listeners of its topic in this process, once', async (t) => {
    const store = await opened(t, open);
    const heard: string[] = [];
    const others: string[] = [];
    const stop = store.watch('keys', (message) => heard.push(message));
    store.watch('keys', (message) => others.push(message));
    store.watch('clients', (message) => others.push(`wrong ${message}`));
    let sent = 0;
    await waitFor('an announcement', async () => {
      await store.announce('keys', `${sent++} ä b`);
      await sleep(20);
      return heard.length > 0 && others.length > 0;
    });
    stop();
    stop();
    const before = [...heard];
    await waitFor('the other listener', async () => {
      await store.announce('keys', 'last');
      return others.includes('last');
    });
    t.same(heard, before, 'a listener that stopped hears nothing');
    t.ok(before.every((message) => / ä b$/.test(message)));
    t.equal(new Set(before).size, before.length, 'no message twice');
    t.notOk(others.some((message) => message.startsWith('wrong')));
  });

  await t.test('a healthy store answers a ping and tells its findings', async (t) => {
    const store = await opened(t, open);
    await store.ping();
    for (const finding of await store.inspect()) {
      t.match(finding.code, /^[a-z_]+$/);
      t.type(finding.fatal, 'boolean');
      t.ok(finding.message.length > 0 && finding.fix.length > 0);
    }
  });

  await t.test('a closed store refuses everything and may be closed again', async (t) => {
    const store = await open();
    const at = key('f');
    await store.commit([{ op: 'put', key: at, body: 'a' }]);
    const stop = store.watch('topic', () => {});
    await Promise.all([store.close(), store.close()]);
    await store.close();
    stop();
    store.watch('topic', () => {})();
    await isUnavailable(t, () => store.read([at]), 'read');
    await isUnavailable(t, () => store.commit([{ op: 'remove', key: at }]), 'commit');
    await isUnavailable(t, () => store.list('i', 'o', { limit: 1 }), 'list');
    await isUnavailable(t, () => store.tally(['c'], 1_000), 'tally');
    await isUnavailable(t, () => store.announce('topic', 'm'), 'announce');
    await isUnavailable(t, () => store.ping(), 'ping');
    await isUnavailable(t, () => store.dump(), 'dump');
    await isUnavailable(t, () => store.load([]), 'load');
  });
};
