import { median } from '../measure/numbers.ts';

/** Processor time of a request in milliseconds, of both checkouts in the same round. */
export interface RoundPair {
  readonly own: number;
  readonly other: number;
}

export interface Comparison {
  readonly rounds: number;
  readonly starts: number;
  readonly own: number;
  readonly other: number;
  /** The median of the starts' ratios. */
  readonly ratio: number;
  /** The least and the largest ratio of a start. */
  readonly range: readonly [low: number, high: number];
}

/** The median of the rounds' ratios, which a slow minute of the machine does not move. */
const ratioOf = (pairs: readonly RoundPair[]): number => median(pairs.map(({ own, other }) => own / other));

/** Two processes of the same program differ by more than the rounds of one do, so each start counts once. */
export const compareStarts = (starts: readonly (readonly RoundPair[])[]): Comparison => {
  const pairs = starts.flat();
  const ratios = starts.map(ratioOf);
  return {
    rounds: pairs.length,
    starts: starts.length,
    own: median(pairs.map(({ own }) => own)),
    other: median(pairs.map(({ other }) => other)),
    ratio: median(ratios),
    range: [Math.min(...ratios), Math.max(...ratios)],
  };
};

export const isSlower = ({ ratio }: Comparison, thresholdPercent: number): boolean =>
  ratio > 1 + thresholdPercent / 100;
