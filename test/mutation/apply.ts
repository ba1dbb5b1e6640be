import type { Mutation } from './mutations.ts';

/** The changed source, or the reason why the mutation doesn't apply. */
export const apply = (source: string, { from, to }: Mutation): { text: string } | { problem: string } => {
  const found = source.split(from).length - 1;
  if (found !== 1) return { problem: `its text is found ${found} times` };
  return { text: source.replace(from, () => to) };
};
