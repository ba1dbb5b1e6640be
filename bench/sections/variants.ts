import { startOwn } from '../contestants/own.ts';
import { startPostern } from '../contestants/postern.ts';
import { openRedis } from '../contestants/redis.ts';
import { entryOf } from '../entry.ts';
import { clientCredentials, doors, type Flow, flows } from '../flows.ts';
import { type Entry, inRounds } from '../measure/rounds.ts';
import type { Section } from './section.ts';

const flowNamed = (name: string): Flow => {
  const flow = flows[name];
  if (!flow) throw new Error(`no flow ${name}`);
  return flow;
};

/** The same code at the form door and at the JSON door. */
export const bothDoors: Section = async ({ generator, effort, tell }) => {
  const redis = await openRedis();
  const server = await startPostern({ redis });
  const rows = await inRounds(
    generator,
    [entryOf('form door', server, doors.form), entryOf('JSON door', server, doors.json)],
    effort,
  );
  tell({ title: 'one access token for a code, at both doors', rows });
  await server.close();
  await redis.close();
};

/** What the log and the record of events cost. */
export const observing: Section = async ({ generator, effort, tell }) => {
  const kinds = {
    'log and audit': {},
    'no audit': { audit: false },
    silent: { audit: false, log: 'silent' },
  } as const;
  const open = await Promise.all(
    Object.entries(kinds).map(async ([label, options]) => {
      const redis = await openRedis();
      return { label, redis, server: await startPostern({ redis, ...options }) };
    }),
  );
  const entries = open.map(({ label, server }) => entryOf(label, server, flowNamed('exchange')));
  tell({
    title: 'code exchange on Redis, by what is written about it',
    rows: await inRounds(generator, entries, effort),
  });
  for (const { server, redis } of open) {
    await server.close();
    await redis.close();
  }
};

export const connections: Section = async ({ generator, effort, tell }) => {
  const redises = [await openRedis(), await openRedis()] as const;
  const postern = await startPostern({ redis: redises[0] });
  const stock = await startOwn('stock', redises[1]);
  for (const count of [1, 8, 64, 256]) {
    const options = { connections: count };
    const rows = await inRounds(
      generator,
      [
        entryOf('stock, example Redis adapter', stock, flowNamed('exchange'), options),
        entryOf('Postern, Redis', postern, flowNamed('exchange'), options),
      ],
      effort,
    );
    tell({ title: `code exchange over ${count} connections`, rows });
  }
  await postern.close();
  await stock.close();
  for (const redis of redises) await redis.close();
};

/** Ten thousand clients of the store against one of them. */
export const manyClients: Section = async ({ generator, effort, tell }) => {
  const redis = await openRedis();
  const server = await startPostern({ redis });
  const ids = await server.addClients(10_000);
  const one = entryOf('1 client', server, clientCredentials(ids[0]));
  let at = 0;
  const all: Entry = {
    ...one,
    label: '10,000 clients',
    requests: async (count) =>
      Array.from({ length: count }, () => clientCredentials(ids[at++ % ids.length]).request('')),
  };
  // Every client once, so that what is compared is not the first look at each.
  const warmUp = Math.max(effort.warmUp, 10_000);
  const rows = await inRounds(generator, [one, all], { ...effort, warmUp });
  tell({ title: 'client credentials, by the number of clients', rows });
  await server.close();
  await redis.close();
};

/** At a rate that leaves room, counted from when each request was due. */
export const steadyRate: Section = async ({ generator, quick, tell }) => {
  const [redis, another] = [await openRedis(), await openRedis()] as const;
  const servers = {
    'stock, example Redis adapter': await startOwn('stock', another),
    'Postern, Redis': await startPostern({ redis }),
    'Postern, embedded': await startPostern(),
  };
  const entries = Object.entries(servers).map(([label, server]) =>
    entryOf(label, server, flowNamed('exchange'), { connections: 32, rate: 250 }),
  );
  const effort = { rounds: quick ? 2 : 5, perRound: quick ? 500 : 1500, warmUp: 1500 };
  tell({ title: 'code exchange at 250 requests a second', rows: await inRounds(generator, entries, effort) });
  for (const server of Object.values(servers)) await server.close();
  for (const one of [redis, another]) await one.close();
};

/** Each worker gets the load that one gets alone, and as long to warm up. */
export const workers: Section = async ({ generator, effort, quick, tell }) => {
  const open = [];
  for (const count of [1, 2]) {
    const redis = await openRedis();
    open.push({ count, redis, server: await startPostern({ redis, workers: count }) });
  }
  const rows = await inRounds(
    generator,
    open.map(({ count, server }) =>
      entryOf(`${count} ${count === 1 ? 'worker' : 'workers'}`, server, flowNamed('exchange'), {
        connections: 64 * count,
      }),
    ),
    // Short rounds would be over before both workers are at it, and each tidies its memory after every one.
    { rounds: Math.ceil(effort.rounds / 2), perRound: quick ? 1_000 : 8_000, warmUp: effort.warmUp * 2 },
  );
  tell({
    title: 'code exchange, ES256, by workers',
    note: 'generator, Redis and server share the cores',
    rows,
  });
  tell({
    title: 'two workers against one, were the cores theirs alone',
    note: 'from the processor time of a request: generator and Redis take none of theirs',
    values: { 'times the throughput': (2 / (rows[1]?.ratio ?? Number.NaN)).toFixed(2) },
  });
  for (const { server, redis } of open) {
    await server.close();
    await redis.close();
  }
};

/** A store that is nearly empty against one that is full. */
export const manyGrants: Section = async ({ generator, effort, quick, tell }) => {
  const many = quick ? 20_000 : 1_000_000;
  for (const store of ['Redis', 'embedded'] as const) {
    const open = [];
    for (const count of [1_000, many]) {
      const redis = store === 'Redis' ? await openRedis() : undefined;
      const server = await startPostern(redis ? { redis } : {});
      await server.fill(count);
      open.push({ label: `${count.toLocaleString('en')} grants`, redis, server });
    }
    for (const name of ['exchange', 'refresh']) {
      const entries = open.map(({ label, server }) => entryOf(label, server, flowNamed(name)));
      tell({
        title: `${flowNamed(name).title}, ${store}, by live grants`,
        rows: await inRounds(generator, entries, effort),
      });
    }
    for (const { server, redis } of open) {
      await server.close();
      await redis?.close();
    }
  }
};
