/**
 * Measures Postern beside servers of other projects: `npm run bench -- --peers`. All run on this machine at once, are
 * warmed by the same number of requests, and take turns. A peer that isn't installed is left out and named.
 */
import { fileURLToPath } from 'node:url';
import { comparedFlows } from '../compare/flows.ts';
import { type Cost, createSide, type Side, startSide } from '../compare/side.ts';
import type { Generator } from '../load/generator.ts';
import { median } from '../measure/numbers.ts';
import type { Effort } from '../measure/rounds.ts';
import type { Result } from '../sections/section.ts';
import { startHydra } from './hydra.ts';
import { startKeycloak } from './keycloak.ts';
import { type Peer, type PeerFlow, PeerNotInstalled, peerFlows } from './peer.ts';

interface PeersOptions {
  readonly generator: Generator;
  /** Names of flows; empty: all. */
  readonly flowNames: readonly PeerFlow[];
  readonly effort: Effort;
  readonly report: (result: Result) => void;
}

interface Contestant {
  readonly label: string;
  readonly side: Side;
  readonly flows: Peer['flows'];
}

const root = fileURLToPath(new URL('../../', import.meta.url));
const warmUpStep = 1_000;

const startPeers = async (generator: Generator): Promise<Contestant[]> => {
  const started: Contestant[] = [];
  for (const start of [startKeycloak, startHydra]) {
    try {
      const peer = await start();
      started.push({ label: peer.label, side: createSide(peer, generator), flows: peer.flows });
    } catch (error) {
      if (!(error instanceof PeerNotInstalled)) throw error;
      process.stderr.write(`not measured: ${error.message}\n`);
    }
  }
  return started;
};

const formatCosts = (costs: readonly Cost[], ratio: number): string => {
  const server = median(costs.map((cost) => cost.server)).toFixed(2);
  const databases = costs.flatMap(({ database }) => (database === undefined ? [] : [database]));
  const database = databases.length > 0 ? ` + ${median(databases).toFixed(2)}` : '';
  return `${server}${database} ms, ${ratio.toFixed(2)} times`;
};

const totalOf = ({ server, database = 0 }: Cost): number => server + database;

export const measurePeers = async ({ generator, flowNames, effort, report }: PeersOptions): Promise<void> => {
  const contestants: Contestant[] = [];
  try {
    for (const [label, store] of [
      ['Postern, embedded', 'embedded'],
      ['Postern, Redis', 'redis'],
    ] as const)
      contestants.push({ label, side: await startSide(root, store, generator), flows: comparedFlows });
    contestants.push(...(await startPeers(generator)));
    for (const name of flowNames.length > 0 ? flowNames : peerFlows) {
      const able = contestants.flatMap(({ label, side, flows }) => {
        const flow = flows[name];
        return flow ? [{ label, side, flow }] : [];
      });
      for (let left = effort.warmUp; left > 0; left -= warmUpStep)
        for (const { side, flow } of able) await side.measure(flow, Math.min(left, warmUpStep));
      const costs = able.map((): Cost[] => []);
      for (let round = 0; round < effort.rounds; round++)
        for (const [i, { side, flow }] of able.entries())
          costs[i]?.push(await side.measure(flow, effort.perRound));
      const first = costs[0] ?? [];
      report({
        title: comparedFlows[name]?.title ?? name,
        note: 'CPU of the server + its database for a request; the ratio is of the sums, to the first line',
        values: Object.fromEntries(
          able.map(({ label }, i) => {
            const own = costs[i] ?? [];
            const ratios = own.map((cost, round) => totalOf(cost) / totalOf(first[round] ?? cost));
            return [label, formatCosts(own, median(ratios))];
          }),
        ),
      });
    }
  } finally {
    for (const { side } of contestants) await side.close();
  }
};
