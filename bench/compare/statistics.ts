import { median } from '../measure/numbers.ts';

/** Processor time of a request in milliseconds, of both checkouts in the same round. */
export interface RoundPair {
  readonly own: number;
  readonly other: number;
}

export interface Comparison {
  readonly rounds: number;
  readonly own: number;
  readonly other: number;
  /** The median of the rounds' ratios, which a slow minute of the machine does not move. */
  readonly ratio: number;
  /** Holds the true median in 95 of 100 comparisons. */
  readonly interval: readonly [low: number, high: number];
}

/** The order statistics that bound the median by the normal approximation of the binomial distribution. */
const medianInterval = (values: readonly number[]): readonly [number, number] => {
  const sorted = [...values].sort((a, b) => a - b);
  const count = sorted.length;
  const halfWidth = (1.96 * Math.sqrt(count)) / 2;
  const low = Math.max(0, Math.floor(count / 2 - halfWidth) - 1);
  const high = Math.min(count - 1, Math.ceil(count / 2 + halfWidth));
  return [sorted[low] ?? Number.NaN, sorted[high] ?? Number.NaN];
};

export const compareRounds = (pairs: readonly RoundPair[]): Comparison => {
  const ratios = pairs.map(({ own, other }) => own / other);
  return {
    rounds: pairs.length,
    own: median(pairs.map(({ own }) => own)),
    other: median(pairs.map(({ other }) => other)),
    ratio: median(ratios),
    interval: medianInterval(ratios),
  };
};

export const isSlower = ({ ratio }: Comparison, thresholdPercent: number): boolean =>
  ratio > 1 + thresholdPercent / 100;
