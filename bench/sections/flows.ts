import { startOwn } from '../contestants/own.ts';
import { startPostern } from '../contestants/postern.ts';
import { openRedis, type RunningRedis } from '../contestants/redis.ts';
import type { Server } from '../contestants/server.ts';
import { entryOf } from '../entry.ts';
import { flows } from '../flows.ts';
import { inRounds } from '../measure/rounds.ts';
import type { Section } from './section.ts';

const oauth2Flows = ['exchange', 'exchange-eddsa', 'exchange-rs256', 'refresh', 'client-credentials'];

/** Every flow, all contestants in one run. */
export const contest: Section = async ({
  generator,
  effort,
  quick,
  wanted,
  only,
  profile,
  against,
  tell,
}) => {
  const names = Object.keys(flows).filter((name) =>
    wanted.length > 0 ? wanted.includes(name) : !quick || ['exchange', 'client-credentials'].includes(name),
  );
  const redises: RunningRedis[] = [];
  const newRedis = async (): Promise<RunningRedis> => {
    const redis = await openRedis();
    redises.push(redis);
    return redis;
  };
  const profiled = profile === undefined ? {} : { profile };
  const starts: Readonly<Record<string, () => Promise<Server>>> = {
    floor: async () => startOwn('floor', await newRedis()),
    'stock, example Redis adapter': async () => startOwn('stock', await newRedis()),
    'stock, memory adapter': () => startOwn('stock'),
    'Postern, Redis': async () => startPostern({ redis: await newRedis(), ...profiled }),
    'Postern, embedded': () => startPostern(profiled),
    ...(against !== undefined && {
      'Postern of the other checkout, Redis': async () =>
        startPostern({ redis: await newRedis(), root: against }),
      'Postern of the other checkout, embedded': () => startPostern({ root: against }),
    }),
    'oauth2-server, memory': () => startOwn('oauth2-server'),
  };
  // What flows have in common is compiled in the first of them.
  const warm = { ...effort, warmUp: effort.warmUp / 2 };
  const servers = new Map<string, Server>();
  try {
    for (const [label, start] of Object.entries(starts)) {
      if (only.length > 0 && !only.some((part) => label.includes(part))) continue;
      servers.set(label, await start());
    }
    for (const [turn, name] of names.entries()) {
      const flow = flows[name];
      if (!flow) continue;
      const entries = [...servers]
        .filter(([label]) => !label.startsWith('oauth2-server') || oauth2Flows.includes(name))
        .map(([label, server]) => entryOf(label, server, flow));
      tell({ title: flow.title, rows: await inRounds(generator, entries, turn === 0 ? effort : warm) });
    }
  } finally {
    for (const server of servers.values()) await server.close();
    for (const redis of redises) await redis.close();
  }
};
