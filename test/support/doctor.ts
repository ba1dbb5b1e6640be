import { runPosternInProcess, type ServerProcess } from './setup/index.ts';

export interface DoctorReport {
  readonly ok: boolean;
  readonly findings: readonly {
    readonly about: string;
    readonly severity: string;
    readonly code: string;
    readonly message: string;
    readonly fix: string;
  }[];
}

export const parseReport = (text: string): DoctorReport => JSON.parse(text);

/** Examines a server with its configuration, in this process. */
export const runDoctor = async ({ cwd }: Pick<ServerProcess, 'cwd'>, ...args: string[]) => {
  const { exit, out } = await runPosternInProcess(cwd, ['doctor', '--json', ...args]);
  const { findings } = parseReport(out);
  return { exit, findings, codes: findings.map(({ code }) => code).sort() };
};
