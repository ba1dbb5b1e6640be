import { EventEmitter, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { openStore } from '#adapters/index.ts';
import { modelKey } from '#src/provider/storage/ids.ts';
import type { Key, Store } from '#src/store/port.ts';
import { ensureRedis, freshPrefix } from '../support/redis.ts';
import {
  Browser,
  codeFor,
  type HttpResponse,
  RelyingParty,
  startFleet,
  usualConfig,
} from '../support/setup/index.ts';
import { documentsOf } from '../support/stored-entries.ts';

/** For each of two stores, `rounds` kills with `many` exchanges in flight: 520 exchanges that a kill may hit. */
const rounds = 13;
const many = 20;

/** By family: how many codes are consumed, and how many refresh tokens exist. Each exchange creates one. */
const balance = async (store: Store) => {
  let spent = 0;
  let tokens = 0;
  for (const { key, document } of await documentsOf(store)) {
    if (key.kind === 'ac' && document.consumption) spent++;
    if (key.kind === 'rt') tokens++;
  }
  return { spent, tokens };
};

const keyOfCode = (code: string): Key => {
  const key = modelKey('AuthorizationCode', code);
  if (!key) throw new Error('no code of ours');
  return key;
};

const kills = async (t: Test, url: string, prefix: string): Promise<void> => {
  const tokens = { authorization_code_ttl: 600 };
  const fleet = await startFleet(t, { store: url, count: 1, config: { ...usualConfig, tokens }, prefix });
  const store = await openStore(url, { clock: Date, prefix });
  t.teardown(() => store.close());
  const [server] = fleet.members;
  if (!server) throw new Error('no server');
  const party = new RelyingParty(fleet.issuer);
  const browser = new Browser();
  let hit = 0;
  for (let round = 0; round < rounds; round++) {
    const codes = [];
    for (let at = 0; at < many; at++) codes.push(await codeFor(party, browser));
    const before = await balance(store);
    const progress = new EventEmitter();
    let answered = 0;
    const asked = codes.map(async ({ code, verifier }): Promise<HttpResponse | undefined> => {
      const answer = await party.redeem(code, verifier).catch(() => undefined);
      progress.emit('answer', ++answered);
      return answer;
    });
    // The kill comes when some exchanges are answered and others are in flight, so it hits each point of an exchange.
    const enough = Math.floor(Math.random() * many);
    while (answered < enough) await once(progress, 'answer');
    await sleep(Math.random() * 3);
    await server.kill();
    const answers = await Promise.all(asked);
    hit += answers.filter((answer) => answer === undefined).length;
    await server.start();
    const after = await balance(store);
    if (after.spent - before.spent !== after.tokens - before.tokens) {
      t.fail(
        `round ${round}: ${after.spent - before.spent} codes spent, ${after.tokens - before.tokens} token sets`,
      );
    }
    const acknowledged = answers.filter((answer) => answer?.status === 200).length;
    if (after.spent - before.spent < acknowledged)
      t.fail(`round ${round}: an acknowledged exchange is not in the store`);
    // An exchange without an answer is retried: its code is either unused, or consumed with its tokens in the store. Retrying a
    // consumed one would revoke the grant that all of them share.
    const cut = codes.filter((_, at) => answers[at] === undefined);
    const good = (await store.read(cut.map(({ code }) => keyOfCode(code)))).flatMap((document, at) =>
      document && !document.consumption ? (cut[at] ?? []) : [],
    );
    const again = await Promise.all(good.map(({ code, verifier }) => party.redeem(code, verifier)));
    t.same(
      again.filter(({ status }) => status !== 200),
      [],
      `round ${round}: ${acknowledged} answered, ${cut.length} cut off, ${good.length} of these unspent, and good`,
    );
    t.equal(cut.length - good.length, after.spent - before.spent - acknowledged, 'none is lost');
  }
  const end = await balance(store);
  t.equal(end.spent, end.tokens, `${end.spent} exchanges, each with one token set`);
  t.ok(hit > 0, `${hit} of ${rounds * many} exchanges were cut off`);
};

t.setTimeout(600_000);

t.test('a server killed during exchanges leaves no half of one, on SQLite', (t) =>
  kills(t, `sqlite:${t.testdir()}/store.db`, 'postern'),
);

t.test('a server killed during exchanges leaves no half of one, on Redis', async (t) => {
  const redis = await ensureRedis();
  t.teardown(() => redis.close());
  await kills(t, redis.url, freshPrefix());
});
