import type { SignInCounts } from '../../services/sign-in-counts/index.ts';
import type { SignInRange } from '../../views/languages/console/overview/messages.ts';

type Hours = Awaited<ReturnType<SignInCounts['read']>>;

/** How many hours each range has, and how many of them make a point. */
const shapes: Readonly<Record<SignInRange, { readonly hours: number; readonly perPoint: number }>> = {
  '24h': { hours: 24, perPoint: 1 },
  '7d': { hours: 168, perPoint: 6 },
  '30d': { hours: 720, perPoint: 24 },
};

const ranges = ['24h', '7d', '30d'] as const;

/** Adds up the hours of each point. The last point ends with the present hour. */
const pointsOf = (hours: Hours, perPoint: number) =>
  Array.from({ length: Math.ceil(hours.length / perPoint) }, (_, at) => {
    const part = hours.slice(at * perPoint, (at + 1) * perPoint);
    const sumOf = (name: 'ok' | 'failed'): number => part.reduce((sum, hour) => sum + hour[name], 0);
    return { at: part[0]?.at ?? 0, ok: sumOf('ok'), failed: sumOf('failed') };
  });

export const readSignIns = async (counts: Pick<SignInCounts, 'read'>, asked: string | undefined) => {
  const range = ranges.find((one) => one === asked) ?? '24h';
  const { hours, perPoint } = shapes[range];
  return { range, ranges, points: pointsOf(await counts.read(hours), perPoint) };
};
