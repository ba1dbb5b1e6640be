import { fork } from 'node:child_process';
import { once } from 'node:events';
import { ask } from '../messages.ts';
import type { Driven, Job } from './drive.ts';

export interface Generator {
  drive(job: Job): Promise<Driven>;
  close(): Promise<void>;
}

export const startGenerator = (): Generator => {
  const child = fork(new URL('../processes/generator.ts', import.meta.url), { serialization: 'advanced' });
  return {
    drive: (job) => ask<Driven>(child, 'drive', job),
    async close() {
      const ended = once(child, 'exit');
      child.disconnect();
      await ended;
    },
  };
};
