import t, { type Test } from 'tap';
import { openStore } from '#adapters/index.ts';
import { Failure } from '#src/errors.ts';
import { createOneTimeLinks, linkGone } from '#src/services/one-time-links/index.ts';
import { kinds } from '#src/store/record-kinds.ts';
import { createManualClock } from '../support/clocks.ts';

const open = async (t: Test) => {
  const clock = createManualClock();
  const store = await openStore('memory:', { clock });
  t.teardown(() => store.close());
  const linksWith = (secret: string) => createOneTimeLinks({ store, clock, secret: () => secret });
  return { clock, store, linksWith, links: linksWith('the secret of the test') };
};

const reset = { purpose: 'reset', account: 'ada', email: 'ada@example.com' };
const { code, status } = linkGone();
const gone = { code, status };

t.test(
  'a link of another purpose, an unknown, an altered and an expired one are refused alike',
  async (t) => {
    const { clock, store, links } = await open(t);
    const { token, write } = links.draft(reset, 600);
    await t.rejects(links.find('reset', token), gone, 'before it is committed');
    await store.commit([write]);
    await t.rejects(links.find('verify', token), gone);
    for (const other of ['', 'x'.repeat(43), token.slice(1), `${token}x`, `${token.slice(0, -1)}!`, '../..'])
      await t.rejects(links.find('reset', other), gone, JSON.stringify(other));
    t.match(await links.find('reset', token), { account: 'ada', email: 'ada@example.com', token });
    clock.advance(599_000);
    await links.find('reset', token);
    clock.advance(1_001);
    await t.rejects(links.find('reset', token), gone);
  },
);

t.test('finding a link any number of times does not use it up', async (t) => {
  const { store, links } = await open(t);
  const { token, write } = links.draft(reset, 600);
  await store.commit([write]);
  for (let n = 0; n < 10; n += 1) await links.find('reset', token);
  t.equal(await links.useUp(await links.find('reset', token), async () => 'used'), 'used');
});

t.test('of parallel uses one succeeds, and the others write nothing', async (t) => {
  const { clock, store, links } = await open(t);
  const { token, write } = links.draft(reset, 600);
  await store.commit([write]);
  const found = await Promise.all(Array.from({ length: 8 }, () => links.find('reset', token)));
  const key = (n: number) => ({ kind: kinds.replay, family: `use-${n}`, id: '' });
  const results = await Promise.allSettled(
    found.map((link, n) =>
      links.useUp(link, (consume) =>
        store.commit([consume, { op: 'insert', key: key(n), body: '{}', expiresAt: clock.now() + 60_000 }]),
      ),
    ),
  );
  t.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
  for (const result of results)
    if (result.status === 'rejected') t.match(result.reason, gone, String(result.reason));
  const written = await store.read(found.map((_, n) => key(n)));
  t.equal(written.filter((document) => document !== undefined).length, 1);
  await t.rejects(links.find('reset', token), gone);
});

t.test('a use that fails for another reason leaves the link as it is', async (t) => {
  const { store, links } = await open(t);
  const { token, write } = links.draft(reset, 600);
  await store.commit([write]);
  const failure = new Failure({ code: 'password_too_short', message: 'It is too short.' });
  await t.rejects(
    links.useUp(await links.find('reset', token), () => Promise.reject(failure)),
    failure,
  );
  await links.find('reset', token);
});

t.test('a link that is stored again for a retry is the same one, and counted once', async (t) => {
  const { store, links } = await open(t);
  const allowed = [true, false, true];
  const options = { lifetimeSeconds: 600, isAllowed: async () => allowed.shift() ?? false };
  const first = await links.ensure('message-1', reset, options);
  t.match(first, { token: /^[\w-]{43}$/, isNew: true });
  t.same(await links.ensure('message-1', reset, options), { token: first?.token, isNew: false });
  t.equal((await links.find('reset', first?.token ?? '')).account, 'ada');
  t.equal(await links.ensure('message-2', reset, options), undefined);
  t.equal((await store.dump()).entries.length, 1, 'a link of a message beyond the limit is not stored');
  t.equal((await links.ensure('message-2', reset, options))?.isNew, true);
});

t.test('a link that is sent again is the same, and the store holds no token', async (t) => {
  const { store, links, linksWith } = await open(t);
  const { id, token, write } = links.draft(reset, 600);
  await store.commit([write]);
  t.equal(links.tokenOf('reset', id), token);
  t.not(links.tokenOf('verify', id), token);
  t.not(linksWith('another secret').tokenOf('reset', id), token);
  t.notMatch(JSON.stringify((await store.dump()).entries), token);
  t.not(links.draft(reset, 600).token, token);
});

t.test('a link that is listed has an id that commands take as it is', async (t) => {
  const { links } = await open(t);
  const invitation = { purpose: 'invitation' };
  const ids = Array.from(
    { length: 2_000 },
    () => links.draft(invitation, 600, { isListed: true }).write.key.family,
  );
  t.same(
    ids.filter((id) => id.startsWith('-')),
    [],
  );
});
