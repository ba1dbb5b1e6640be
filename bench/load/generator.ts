import { fork } from 'node:child_process';
import { once } from 'node:events';
import { ask } from '../messages.ts';
import type { LoadJob, LoadResult } from './drive.ts';

export interface Generator {
  sendLoad(job: LoadJob): Promise<LoadResult>;
  close(): Promise<void>;
}

export const startGenerator = (): Generator => {
  const child = fork(new URL('../processes/generator.ts', import.meta.url), { serialization: 'advanced' });
  return {
    sendLoad: (job) => ask<LoadResult>(child, 'drive', job),
    async close() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
};
