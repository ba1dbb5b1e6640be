import { median } from './numbers.ts';

/** What one round of a workload took. Processor time is in milliseconds a request. */
export interface Sample {
  readonly server: number;
  readonly redis: number | undefined;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** The rounds of one workload in one start. */
export interface Series {
  readonly label: string;
  readonly ratioTo?: string;
  readonly samples: readonly Sample[];
}

/** Medians over the rounds. Processor time is in milliseconds a request. */
export interface Measurement {
  readonly label: string;
  readonly serverCpu: number;
  /** The best round shows what a request takes when no other process disturbs it. */
  readonly leastCpu: number;
  readonly redisCpu: number | undefined;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** The median of the rounds' ratios to another workload, which a slow minute of the machine does not move. */
  readonly ratio: number;
  /** The least and the largest median ratio of a start, because what the compiler does in one process is partly luck. */
  readonly ratioRange?: readonly [least: number, largest: number];
}

const cpuRatios = ({ samples }: Series, reference: Series | undefined): readonly number[] =>
  samples.map(({ server }, round) => server / (reference?.samples[round]?.server ?? Number.NaN));

/** Sums up the starts, each of which has the same workloads. */
export const summarize = (starts: readonly (readonly Series[])[]): Measurement[] =>
  (starts[0] ?? []).map(({ label, ratioTo }, i) => {
    const ofStarts = starts.flatMap((series) => series[i] ?? []);
    const samples = ofStarts.flatMap((series) => series.samples);
    const redis = samples.flatMap((sample) => sample.redis ?? []);
    const ratios = ofStarts.map((series, start) =>
      cpuRatios(series, starts[start]?.find((other) => other.label === ratioTo) ?? starts[start]?.[0]),
    );
    const medians = ratios.map(median);
    return {
      label,
      serverCpu: median(samples.map(({ server }) => server)),
      leastCpu: Math.min(...samples.map(({ server }) => server)),
      redisCpu: redis.length > 0 ? median(redis) : undefined,
      perSecond: median(samples.map(({ perSecond }) => perSecond)),
      p50: median(samples.map(({ p50 }) => p50)),
      p99: median(samples.map(({ p99 }) => p99)),
      ratio: median(ratios.flat()),
      ...(starts.length > 1 && { ratioRange: [Math.min(...medians), Math.max(...medians)] as const }),
    };
  });
