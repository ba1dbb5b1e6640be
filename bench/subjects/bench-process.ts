import { fork } from 'node:child_process';
import { once } from 'node:events';
import { ask } from '../messages.ts';
import type { RunningRedis } from './redis.ts';
import type { Server } from './server.ts';

export type BenchProcess = 'floor' | 'stock' | 'oauth2-server';

/** Starts one of the contestants that are files of this folder. */
export const startBenchProcess = async (name: BenchProcess, redis?: RunningRedis): Promise<Server> => {
  const child = fork(new URL(`../processes/${name}.ts`, import.meta.url), redis ? [redis.socket] : [], {
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
    mint: (order) => ask<string[]>(child, 'mint', order),
    collectGarbage: () => ask<void>(child, 'collect'),
    awaitDeferredWork: async () => {},
    async close() {
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
};
