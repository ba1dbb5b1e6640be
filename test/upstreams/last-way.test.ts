import t, { type Test } from 'tap';
import { startFakeUpstream } from '../support/fake-upstream.ts';
import { addPasskey, passkeyFormOf, sendPasskey } from '../support/passkeys.ts';
import { freshPrefix } from '../support/redis.ts';
import { startCluster } from '../support/redis-cluster.ts';
import { Browser, startInProcess, usualConfig } from '../support/setup/index.ts';
import { settingsOf } from '../support/upstream-sign-in.ts';

/** On a cluster a commit over several slots is no single step. */
const cluster = await startCluster();
t.teardown(cluster.close);

const by = {
  address: '127.0.0.1',
  correlation: 'test',
  notice: { language: 'en', address: '127.0.0.1', agent: '' },
};

const open = async (t: Test) => {
  const fake = await startFakeUpstream(t);
  const server = await startInProcess(t, {
    ...usualConfig,
    store: { url: cluster.url, prefix: freshPrefix() },
    upstreams: [settingsOf(fake), settingsOf(fake, { id: 'other', name: 'Other' })],
  });
  const { accounts, linking, otherWays, passkeys, provisioning, upstreamLinks } = server.app.services;
  const link = async (id: string, upstream: string): Promise<void> => {
    const account = await accounts.find(id);
    const identity = { upstream, subject: id, profile: {}, assigned: {}, amr: [] };
    if (account) await provisioning.link(account, identity, []);
  };
  return { server, accounts, linking, otherWays, passkeys, upstreamLinks, link };
};

t.test('of two links that are removed at once, one stays', async (t) => {
  const { server, accounts, linking, upstreamLinks, link } = await open(t);
  for (let round = 0; round < 20; round += 1) {
    const { id } = await server.addAccount({ username: `links-${round}` });
    await link(id, 'acme');
    await link(id, 'other');
    const account = await accounts.find(id);
    const stored = await upstreamLinks.listOf(id);
    t.equal(stored.length, 2);
    if (!account) throw new Error('no account');
    await Promise.all(stored.map((one) => linking.unlink(account, one, by)));
    t.ok((await upstreamLinks.listOf(id)).length > 0);
  }
});

t.test('of a link and a passkey that are removed at once, one stays, and works', async (t) => {
  const { server, accounts, linking, otherWays, passkeys, upstreamLinks, link } = await open(t);
  for (let round = 0; round < 20; round += 1) {
    const username = `mixed-${round}`;
    const { id } = await server.addAccount({ username });
    const authenticator = await addPasskey(server, username);
    await link(id, 'acme');
    const account = await accounts.find(id);
    const [stored] = await upstreamLinks.listOf(id);
    const [passkey] = await passkeys.list(id);
    if (!account || !stored || !passkey) throw new Error('something is missing');
    const otherWay = await otherWays.besidesPasskeys(account);
    await Promise.all([
      linking.unlink(account, stored, by),
      passkeys.remove(account, passkey.id, { otherWay }),
    ]);
    if ((await upstreamLinks.listOf(id)).length > 0) continue;
    const browser = new Browser();
    const login = await browser.open(`${server.issuer}/account/passkeys`);
    const page = await sendPasskey(browser, login, authenticator.get(passkeyFormOf(login.body).options));
    t.match(page.body, 'entry-title', 'the passkey signs in');
  }
});
