/**
 * Compares this checkout of Postern with another one, flow by flow: `npm run bench -- --against CHECKOUT`. Both run on
 * this machine at once, are warmed by the same requests, and take turns; what counts is the processor time of the
 * server for a request. Both are started several times, because what the compiler does in one process is partly luck.
 * The other checkout is reached by its command and by HTTP alone, so it may be of any version.
 */
import { fileURLToPath } from 'node:url';
import type { Generator } from '../load/generator.ts';
import type { Effort } from '../measure/rounds.ts';
import type { Result } from '../sections/section.ts';
import type { StoreName } from './checkout.ts';
import { type ComparedFlow, comparedFlows } from './flows.ts';
import { type Side, startSide } from './side.ts';
import { type Comparison, compareStarts, isSlower, type RoundPair } from './statistics.ts';

interface CompareOptions {
  readonly generator: Generator;
  readonly against: string;
  readonly stores: readonly StoreName[];
  /** Names of flows; empty: all. */
  readonly flowNames: readonly string[];
  /** The rounds are spread over the starts; each start is warmed up. */
  readonly effort: Effort;
  readonly starts: number;
  /** A flow may take this much longer, in percent. */
  readonly threshold: number;
  /** The comparison of one store fails if it takes longer. */
  readonly minutes: number;
  readonly report: (result: Result) => void;
}

const ownRoot = fileURLToPath(new URL('../../', import.meta.url));
const warmUpStep = 1_000;

interface Sides {
  readonly own: Side;
  readonly other: Side;
}

/** Alternates which side goes first, because the second may find the machine in another state. */
const measurePair = async (
  { own, other }: Sides,
  flow: ComparedFlow,
  count: number,
  round: number,
): Promise<RoundPair> => {
  if (round % 2 === 0) {
    const { server: ownCpu } = await own.measure(flow, count);
    const { server: otherCpu } = await other.measure(flow, count);
    return { own: ownCpu, other: otherCpu };
  }
  const { server: otherCpu } = await other.measure(flow, count);
  const { server: ownCpu } = await own.measure(flow, count);
  return { own: ownCpu, other: otherCpu };
};

const verdictOf = (comparison: Comparison, threshold: number): string => {
  if (!isSlower(comparison, threshold)) return '';
  return comparison.range[0] > 1 ? ', SLOWER' : ', UNCLEAR: measure again on a quieter machine';
};

const formatComparison = ({ own, other, ratio, range: [low, high], rounds, starts }: Comparison): string =>
  `${own.toFixed(3)} / ${other.toFixed(3)} ms, ratio ${ratio.toFixed(3)} (${low.toFixed(3)}–${high.toFixed(3)}), ${rounds} rounds in ${starts} starts`;

type NamedFlow = readonly [name: string, flow: ComparedFlow];

/** Starts both checkouts, warms them up by all flows, and returns the rounds of the flows to measure. */
const measureStart = async (
  store: StoreName,
  rounds: number,
  { all, measured }: Readonly<Record<'all' | 'measured', readonly NamedFlow[]>>,
  { generator, against, effort }: CompareOptions,
): Promise<ReadonlyMap<string, readonly RoundPair[]>> => {
  const own = await startSide(ownRoot, store, generator);
  let other: Side | undefined;
  try {
    other = await startSide(against, store, generator);
    const sides = { own, other };
    for (let left = effort.warmUp, step = 0; left > 0; left -= warmUpStep, step++) {
      for (const [, flow] of all) await measurePair(sides, flow, Math.min(left, warmUpStep), step);
    }
    const pairs = new Map<string, RoundPair[]>(measured.map(([name]) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [name, flow] of measured)
        pairs.get(name)?.push(await measurePair(sides, flow, effort.perRound, round));
    }
    return pairs;
  } finally {
    await other?.close();
    await own.close();
  }
};

/** Measures one store; returns whether some flow is slower than the threshold allows. */
const compareOnStore = async (store: StoreName, options: CompareOptions): Promise<boolean> => {
  const { flowNames, effort, threshold, minutes, report } = options;
  const all = Object.entries(comparedFlows).filter(
    ([name]) => flowNames.length === 0 || flowNames.includes(name),
  );
  /** The rounds of each flow, start by start. */
  const starts = new Map<string, (readonly RoundPair[])[]>(all.map(([name]) => [name, []]));
  const comparisonOf = (name: string): Comparison => compareStarts(starts.get(name) ?? []);
  const slowFlows = () => all.filter(([name]) => isSlower(comparisonOf(name), threshold));
  const deadline = performance.now() + minutes * 60_000;
  const count = Math.min(options.starts, effort.rounds);

  const measureStarts = async (measured: readonly NamedFlow[]): Promise<void> => {
    for (let start = 0; start < count; start++) {
      if (performance.now() > deadline) throw new Error(`the comparison took more than ${minutes} minutes`);
      const rounds = Math.ceil(effort.rounds / count);
      const pairs = await measureStart(store, rounds, { all, measured }, options);
      for (const [name, ofStart] of pairs) starts.get(name)?.push(ofStart);
    }
  };
  await measureStarts(all);
  // What looks slow is measured once more: only a difference that remains counts.
  const doubtful = slowFlows();
  if (doubtful.length > 0) await measureStarts(doubtful);

  report({
    title: `this checkout / the other one, ${store}`,
    note: `CPU of the server for a request; a flow fails above a ratio of ${(1 + threshold / 100).toFixed(2)}`,
    values: Object.fromEntries(
      all.map(([name, { title }]) => {
        const comparison = comparisonOf(name);
        return [title, `${formatComparison(comparison)}${verdictOf(comparison, threshold)}`];
      }),
    ),
  });
  return slowFlows().length > 0;
};

/** Whether no flow is slower than the threshold allows. */
export const compareCheckouts = async (options: CompareOptions): Promise<boolean> => {
  let slower = false;
  for (const store of options.stores) slower = (await compareOnStore(store, options)) || slower;
  return !slower;
};
