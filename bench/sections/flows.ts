import { type Flow, flows } from '../flows.ts';
import { type Effort, measureRounds, type Workload } from '../measure/rounds.ts';
import { type Series, summarize } from '../measure/summary.ts';
import { startBenchProcess } from '../subjects/bench-process.ts';
import { startPostern } from '../subjects/postern.ts';
import { openRedis, type RunningRedis } from '../subjects/redis.ts';
import type { Server } from '../subjects/server.ts';
import { createWorkload } from '../workload.ts';
import type { Section, SectionContext } from './section.ts';

const oauth2Flows = ['exchange', 'exchange-eddsa', 'exchange-rs256', 'refresh', 'client-credentials'];

/** With so many people each request gets an audit record of its own, as in production. */
const people = 2_000;

const ratioTo: Readonly<Record<string, string>> = { 'Postern, embedded': 'floor, SQLite' };

const subjectsOf = (
  newRedis: () => Promise<RunningRedis>,
  profile: string | undefined,
): Readonly<Record<string, () => Promise<Server>>> => {
  const options = { people, ...(profile !== undefined && { profile }) };
  return {
    'floor, Redis': async () => startBenchProcess('floor', await newRedis()),
    'floor, SQLite': () => startBenchProcess('floor'),
    'stock, example Redis adapter': async () => startBenchProcess('stock', await newRedis()),
    'stock, memory adapter': () => startBenchProcess('stock'),
    'Postern, Redis': async () => startPostern({ redis: await newRedis(), ...options }),
    'Postern, embedded': () => startPostern(options),
    'oauth2-server, memory': () => startBenchProcess('oauth2-server'),
  };
};

const workloadsOf = (servers: ReadonlyMap<string, Server>, name: string, flow: Flow): readonly Workload[] =>
  [...servers]
    .filter(([label]) => !label.startsWith('oauth2-server') || oauth2Flows.includes(name))
    .map(([label, server]) => ({
      ...createWorkload(label, server, flow),
      ...(ratioTo[label] !== undefined && { ratioTo: ratioTo[label] }),
    }));

/** Starts the subjects once and hands over the rounds of each flow. */
const measureStart = async (
  { generator, labelFilters, profile }: SectionContext,
  names: readonly string[],
  effort: Effort,
  record: (name: string, series: readonly Series[]) => void,
): Promise<void> => {
  const redises: RunningRedis[] = [];
  const newRedis = async (): Promise<RunningRedis> => {
    const redis = await openRedis();
    redises.push(redis);
    return redis;
  };
  // The first flow compiles what all flows share, so later ones need half the warm-up.
  const laterEffort = { ...effort, warmUp: effort.warmUp / 2 };
  const servers = new Map<string, Server>();
  try {
    for (const [label, start] of Object.entries(subjectsOf(newRedis, profile))) {
      if (labelFilters.length > 0 && !labelFilters.some((part) => label.includes(part))) continue;
      servers.set(label, await start());
    }
    for (const [index, name] of names.entries()) {
      const flow = flows[name];
      if (!flow) continue;
      const workloads = workloadsOf(servers, name, flow);
      record(name, await measureRounds(generator, workloads, index === 0 ? effort : laterEffort));
    }
  } finally {
    for (const server of servers.values()) await server.close();
    for (const redis of redises) await redis.close();
  }
};

/** Measures every flow with all subjects in one run. */
export const measureFlows: Section = async (context) => {
  const { effort, starts, quick, flowNames, report } = context;
  const names = Object.keys(flows).filter((name) =>
    flowNames.length > 0
      ? flowNames.includes(name)
      : !quick || ['exchange', 'client-credentials'].includes(name),
  );
  const effortOfStart = { ...effort, rounds: Math.ceil(effort.rounds / starts) };
  const measured = new Map<string, (readonly Series[])[]>();
  const record = (name: string, series: readonly Series[]): void => {
    const ofStarts = [...(measured.get(name) ?? []), series];
    measured.set(name, ofStarts);
    if (ofStarts.length === starts) report({ title: flows[name]?.title ?? name, rows: summarize(ofStarts) });
  };
  for (let start = 0; start < starts; start++) await measureStart(context, names, effortOfStart, record);
};
