/**
 * Measures the starts of each form in which Postern reaches a user: `node bench/starts.ts [rounds]`. The checkout, the
 * npm package and the one-file bundle take turns on SQLite stores that exist, after two starts each that fill the
 * compile caches. A start ends with the first discovery document.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '#src/testing/free-port.ts';
import { buildBundle } from '../packaging/build-bundle.ts';
import { installLocally } from '../packaging/install-locally.ts';
import { median } from './measure/numbers.ts';
import { cpuMs, rssMb } from './measure/process-status.ts';

const rounds = Number(process.argv[2] ?? 8);
const discarded = 2;
/** A server collects the garbage of its start after its first second without work. */
const restMs = 4_000;

interface Form {
  readonly label: string;
  readonly file: string;
}

interface Start {
  readonly wallMs: number;
  readonly cpu: number;
  readonly restMb: number;
}

const discovery = (port: number): string =>
  `GET /.well-known/openid-configuration HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: close\r\n\r\n`;

/** Over plain TCP, so that the measuring process takes little of the processor. */
const answers = async (port: number): Promise<boolean> => {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    socket.write(discovery(port));
    const [chunk] = await once(socket, 'data');
    return String(chunk).startsWith('HTTP/1.1 200');
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
};

const start = async ({ file }: Form, folder: string): Promise<Start> => {
  const port = await freePort();
  const settings = [
    'log.format=json',
    'demo=false',
    `listen.port=${port}`,
    `issuer=http://localhost:${port}`,
  ];
  const began = performance.now();
  const child = spawn(process.execPath, [file, ...settings.flatMap((one) => ['--set', one]), 'start'], {
    cwd: folder,
    env: { NODE_COMPILE_CACHE: join(folder, 'compiled') },
    stdio: 'ignore',
  });
  const ended = once(child, 'exit');
  const pid = child.pid ?? 0;
  while (!(await answers(port))) {
    if (child.exitCode !== null) throw new Error(`${file} ended with ${child.exitCode}`);
    await sleep(3);
  }
  const [wallMs, cpu] = [performance.now() - began, cpuMs(pid)];
  await sleep(restMs);
  const restMb = rssMb(pid);
  child.kill('SIGTERM');
  await ended;
  return { wallMs, cpu, restMb };
};

const work = mkdtempSync(join(tmpdir(), 'postern-starts-'));
try {
  const project = join(work, 'project');
  mkdirSync(project);
  const installed = await installLocally(project);
  const bundle = await buildBundle(work);
  const forms: readonly Form[] = [
    { label: 'checkout', file: resolve(import.meta.dirname, '../bin/postern') },
    { label: 'npm package', file: join(installed, 'bin/postern') },
    { label: 'bundle', file: bundle },
  ];
  const starts = new Map<Form, Start[]>(forms.map((form) => [form, []]));
  for (let round = -discarded; round < rounds; round += 1) {
    for (const [index, form] of forms.entries()) {
      const folder = join(work, `data-${index}`);
      mkdirSync(folder, { recursive: true });
      const measured = await start(form, folder);
      if (round >= 0) starts.get(form)?.push(measured);
    }
  }
  process.stdout.write(`bundle: ${(statSync(bundle).size / 1e6).toFixed(1)} MB\n`);
  for (const [{ label }, all] of starts) {
    const of = (pick: (one: Start) => number): string => {
      const values = all.map(pick);
      return `${Math.round(median(values))} (${Math.round(Math.min(...values))}–${Math.round(Math.max(...values))})`;
    };
    process.stdout.write(
      `${label.padEnd(12)} wall ms ${of((one) => one.wallMs)}, CPU ms ${of((one) => one.cpu)}, RSS at rest MB ${of((one) => one.restMb)}\n`,
    );
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}
