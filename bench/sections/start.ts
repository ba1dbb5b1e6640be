import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { median } from '../measure/numbers.ts';
import { cpuMs, rssMb } from '../measure/process-status.ts';
import { startPostern } from '../subjects/postern.ts';
import type { Section } from './section.ts';

/** Start to the first discovery document, and memory at rest. */
export const measureStart: Section = async ({ quick, report }) => {
  const compileCache = mkdtempSync(join(tmpdir(), 'postern-bench-cache-'));
  const cold: number[] = [];
  const emptyFolder: number[] = [];
  const restarted: number[] = [];
  const memory: number[] = [];
  const cpu: number[] = [];
  for (let round = 0; round < (quick ? 3 : 8); round++) {
    const dataFolder = mkdtempSync(join(tmpdir(), 'postern-bench-'));
    const first = await startPostern({ compileCache, dataFolder });
    (round < 1 ? cold : emptyFolder).push(first.startMs);
    await first.close();
    const second = await startPostern({ compileCache, dataFolder });
    restarted.push(second.startMs);
    cpu.push(cpuMs(second.pid));
    // A server collects the garbage of its start after its first second without work.
    await sleep(4_000);
    memory.push(rssMb(second.pid));
    await second.close();
    rmSync(dataFolder, { recursive: true });
  }
  rmSync(compileCache, { recursive: true });
  report({
    title: 'start and rest, embedded store',
    values: {
      'first answer of a first start, cold compile cache, ms': Math.round(median(cold)),
      'first answer of a first start, which makes keys and store, ms': Math.round(median(emptyFolder)),
      'first answer of a start, ms': Math.round(median(restarted)),
      'CPU of a start with its first answer, ms': Math.round(median(cpu)),
      'RSS at rest, MB': Math.round(median(memory)),
    },
  });
};
