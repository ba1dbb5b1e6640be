import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask } from '../messages.ts';
import type { RunningRedis } from './redis.ts';
import type { Server } from './server.ts';

export type BenchProcess = 'floor' | 'stock' | 'oauth2-server';

/** The floor writes its audit records a quarter of a second after its answers, as Postern does. */
const deferredWorkMs = (name: BenchProcess): number => (name === 'floor' ? 350 : 0);

/** Starts one of the subjects in `processes/`, in an empty working directory. */
export const startBenchProcess = async (name: BenchProcess, redis?: RunningRedis): Promise<Server> => {
  const cwd = mkdtempSync(join(tmpdir(), 'postern-bench-'));
  const child = fork(new URL(`../processes/${name}.ts`, import.meta.url), redis ? [redis.socket] : [], {
    cwd,
    serialization: 'advanced',
    execArgv: ['--expose-gc'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const port = await ask<number>(child, 'port');
  return {
    port,
    pid: child.pid ?? 0,
    ...(redis && { redisPid: redis.pid }),
    codesAreTokens: name === 'floor',
    mint: (request) => ask<string[]>(child, 'mint', request),
    collectGarbage: () => ask<void>(child, 'collect'),
    awaitDeferredWork: () => sleep(deferredWorkMs(name)),
    async close() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
      rmSync(cwd, { recursive: true, force: true });
    },
  };
};
