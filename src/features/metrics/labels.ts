import type { Counter, Histogram } from '@prometheus-io/client';

/** Labels must have a fixed set of values, because each combination is kept for ever. */
export const knownOrOther = (set: ReadonlySet<string>, value: unknown): string =>
  typeof value === 'string' && set.has(value) ? value : 'other';

/** Caches the child of each label set, so an observation costs a map lookup and an addition. */
const rememberChildren = <Child>(make: (...labels: string[]) => Child) => {
  const children = new Map<string, Child>();
  return (...labels: string[]): Child => {
    const name = labels.join('\n');
    let child = children.get(name);
    if (child === undefined) {
      child = make(...labels);
      children.set(name, child);
    }
    return child;
  };
};

export const counting = <Label extends string>(counter: Counter<Label>) =>
  rememberChildren((...labels) => counter.labels(...labels));
export const timing = <Label extends string>(histogram: Histogram<Label>) =>
  rememberChildren((...labels) => histogram.labels(...labels));
