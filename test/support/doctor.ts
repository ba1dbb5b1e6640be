import type { ServerProcess } from './server-process.ts';

export interface Examined {
  readonly ok: boolean;
  readonly findings: readonly {
    readonly severity: string;
    readonly code: string;
    readonly message: string;
    readonly fix: string;
  }[];
}

export const parsed = (text: string): Examined => JSON.parse(text);

export const examine = async (server: Pick<ServerProcess, 'command'>, ...args: string[]) => {
  const { exit, out } = await server.command(['doctor', '--json', ...args]);
  const { findings } = parsed(out);
  return { exit, findings, codes: findings.map(({ code }) => code).sort() };
};
