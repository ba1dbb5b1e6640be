/**
 * Measures Postern against its floor and its peers, or against another checkout: `npm run bench -- --help`. Each
 * subject is a process of its own on loopback; what counts is the processor time that the operating system says a
 * request took. The bench owns no rule of the server, and the server does not know the bench.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stores } from './compare/checkout.ts';
import { comparedFlows } from './compare/flows.ts';
import { compareCheckouts } from './compare/index.ts';
import { flows } from './flows.ts';
import { type Generator, startGenerator } from './load/generator.ts';
import { measurePeers } from './peers/index.ts';
import { peerFlows } from './peers/peer.ts';
import { formatTable, writeReport } from './report.ts';
import { measureManyClients } from './sections/clients.ts';
import { varyConnections } from './sections/connections.ts';
import { measureFirstRequests } from './sections/first-requests.ts';
import { measureFlows } from './sections/flows.ts';
import { measureManyGrants } from './sections/grants.ts';
import { measureGroups } from './sections/groups.ts';
import { measureIdle } from './sections/idle.ts';
import { measureLoadMemory } from './sections/load-memory.ts';
import { measureObservability } from './sections/observability.ts';
import { measureSteadyRate } from './sections/rate.ts';
import type { Result, Section } from './sections/section.ts';
import { measureSignInMemory } from './sections/sign-in-memory.ts';
import { measureSignIns } from './sections/sign-ins.ts';
import { measureStart } from './sections/start.ts';
import { compareTokenEndpoints } from './sections/token-endpoints.ts';
import { varyWorkers } from './sections/workers.ts';

const sections: Readonly<Record<string, Section>> = {
  flows: measureFlows,
  'token-endpoints': compareTokenEndpoints,
  observability: measureObservability,
  connections: varyConnections,
  clients: measureManyClients,
  rate: measureSteadyRate,
  workers: varyWorkers,
  start: measureStart,
  'first-requests': measureFirstRequests,
  idle: measureIdle,
  'load-memory': measureLoadMemory,
  memory: measureSignInMemory,
  'sign-ins': measureSignIns,
  grants: measureManyGrants,
  groups: measureGroups,
};

const quickSections = ['flows', 'token-endpoints', 'memory', 'start'];

const help = `npm run bench -- [options]

  --quick             some of it, in less than two minutes
  --section NAME      ${Object.keys(sections).join(', ')}; may be repeated
  --flow NAME         ${Object.keys(flows).join(', ')};
                      may be repeated, for the section flows
  --only TEXT         subjects of the section flows whose name contains it; may be repeated
  --rounds N          rounds in which the subjects take turns (24)
  --requests N        requests of one subject in one round (500)
  --warm-up N         requests of each flow before the first round (16000)
  --starts N          how often the subjects of the section flows are started, which share the rounds (1)
  --profile FOLDER    write processor profiles of Postern there

npm run bench -- --against CHECKOUT [options]

  Compares this checkout with another one, which has its dependencies installed, and ends with 1
  when a flow takes more processor time than the threshold allows.

  --flow NAME         ${Object.keys(comparedFlows).join(', ')}; may be repeated
  --store NAME        ${stores.join(', ')}; may be repeated
  --rounds N, --requests N, --warm-up N (4000), --quick
  --starts N          how often both checkouts are started, which share the rounds (6, quick: 1)
  --threshold N       percent that a flow may take in addition (5)
  --minutes N         longest time for one store (20)

npm run bench -- --peers [options]

  Measures Postern beside Keycloak and Hydra, where they are installed (bench/peers/README.md).

  --flow NAME         ${peerFlows.join(', ')}; may be repeated
  --rounds N, --requests N, --warm-up N (8000), --quick
`;

const { values } = parseArgs({
  options: {
    help: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    section: { type: 'string', multiple: true, default: [] },
    flow: { type: 'string', multiple: true, default: [] },
    only: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string' },
    requests: { type: 'string' },
    'warm-up': { type: 'string' },
    profile: { type: 'string' },
    against: { type: 'string' },
    peers: { type: 'boolean', default: false },
    store: { type: 'string', multiple: true, default: [] },
    starts: { type: 'string' },
    threshold: { type: 'string', default: '5' },
    minutes: { type: 'string', default: '20' },
  },
});

if (values.help) {
  process.stdout.write(help);
  process.exit(0);
}

const numberOf = (name: string, text: string): number => {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0, not ${text}`);
  return value;
};

const known = <T extends string>(name: string, given: readonly string[], names: readonly T[]): T[] =>
  given.map((text) => {
    const found = names.find((one) => one === text);
    if (found === undefined) throw new Error(`there is no ${name} ${text}: ${names.join(', ')}`);
    return found;
  });

const { quick, profile, against } = values;
const rounds = numberOf('rounds', values.rounds ?? (quick ? '5' : '24'));
const warmUpOf = (usual: number): number =>
  numberOf('warm-up', values['warm-up'] ?? (quick ? '1000' : `${usual}`));
const perRound = numberOf('requests', values.requests ?? (quick ? '200' : '500'));

const results: Result[] = [];
const report = (result: Result): void => {
  results.push(result);
  process.stdout.write(`${formatTable(result)}\n`);
};

const runSections = async (generator: Generator): Promise<void> => {
  const sectionNames = known('section', values.section, Object.keys(sections));
  const chosen = sectionNames.length > 0 ? sectionNames : quick ? quickSections : Object.keys(sections);
  for (const name of chosen) {
    await sections[name]?.({
      generator,
      // The compiler takes up to a third of the processor until it has nothing left to do.
      effort: { rounds, perRound, warmUp: warmUpOf(16_000) },
      starts: numberOf('starts', values.starts ?? '1'),
      quick,
      flowNames: known('flow', values.flow, Object.keys(flows)),
      labelFilters: values.only,
      report,
      ...(profile !== undefined && { profile }),
    });
  }
};

const runComparison = async (generator: Generator, root: string): Promise<void> => {
  const chosen = known('store', values.store, stores);
  const equal = await compareCheckouts({
    generator,
    against: root,
    stores: chosen.length > 0 ? chosen : stores,
    flowNames: known('flow', values.flow, Object.keys(comparedFlows)),
    effort: { rounds, perRound, warmUp: warmUpOf(4_000) },
    starts: numberOf('starts', values.starts ?? (quick ? '1' : '6')),
    threshold: numberOf('threshold', values.threshold),
    minutes: numberOf('minutes', values.minutes),
    report,
  });
  if (!equal) process.exitCode = 1;
};

const runPeers = (generator: Generator): Promise<void> =>
  measurePeers({
    generator,
    flowNames: known('flow', values.flow, peerFlows),
    effort: { rounds, perRound, warmUp: warmUpOf(8_000) },
    report,
  });

const generator = startGenerator();
try {
  if (values.peers) await runPeers(generator);
  else if (against === undefined) await runSections(generator);
  else await runComparison(generator, resolve(against));
} finally {
  if (results.length > 0) process.stdout.write(`\n${writeReport(results)}\n`);
  await generator.close();
}
