import type { ServerProcess } from './setup/index.ts';

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

export const runDoctor = async (server: Pick<ServerProcess, 'command'>, ...args: string[]) => {
  const { exit, out } = await server.command(['doctor', '--json', ...args]);
  const { findings } = parseReport(out);
  return { exit, findings, codes: findings.map(({ code }) => code).sort() };
};
