/** Times in milliseconds since the epoch. The stage of a key follows from them and the clock; it isn't stored. */
export interface Stamps {
  readonly created: number;
  readonly active_at: number;
  readonly retire_at?: number;
  readonly remove_at?: number;
}

export type Stage = 'next' | 'active' | 'retiring' | 'gone';

export const stageOf = ({ active_at, retire_at, remove_at }: Stamps, now: number): Stage => {
  if (remove_at !== undefined && now >= remove_at) return 'gone';
  if (retire_at !== undefined && now >= retire_at) return 'retiring';
  return now >= active_at ? 'active' : 'next';
};

/** The next time at which one of them changes its stage. */
export const nextStamp = (all: readonly Stamps[], now: number): number =>
  Math.min(
    ...all
      .flatMap(({ active_at, retire_at, remove_at }) => [active_at, retire_at, remove_at])
      .filter((stamp) => stamp !== undefined && stamp > now)
      .map(Number),
    Number.POSITIVE_INFINITY,
  );
