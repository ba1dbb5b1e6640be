export type SignInRange = '24h' | '7d' | '30d';

type FirstStep = 'client' | 'person' | 'factor' | 'mail';

export interface ConsoleOverviewMessages {
  readonly menu: string;
  readonly title: string;
  readonly mayDo: Readonly<Record<'viewer' | 'support' | 'admin', string>>;
  readonly counts: { title: string; accounts: string; groups: string; clients: string };
  readonly signIns: {
    title: string;
    ok: string;
    failed: string;
    ranges: Readonly<Record<SignInRange, string>>;
    period: string;
    time: string;
    /** Of the chart, for people who don't see it. */
    summary: (ok: number, failed: number) => string;
    table: string;
  };
  readonly firstSteps: {
    title: string;
    done: string;
    steps: Readonly<Record<FirstStep, string>>;
  };
  readonly recent: string;
  readonly nothing: string;
  readonly all: string;
}
