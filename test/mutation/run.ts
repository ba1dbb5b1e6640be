/**
 * `npm run mutate [-- WORD]`: changes one place of the core at a time and runs the tests that should notice. Each
 * mutation that all its tests pass with has survived: a test is missing. The changes are made in a copy of the
 * repository. Ends with 1 when a mutation survives or no longer applies, or when a test fails without any.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { apply } from './apply.ts';
import { type Mutation, mutations } from './mutations.ts';

const root = join(import.meta.dirname, '../..');
const parts = ['src', 'config', 'adapters', 'test', 'bin', 'docs', 'package.json', 'tsconfig.json'];
const testTimeoutMs = 120_000;

/** A copy of the repository whose files may be changed. */
const makeCopy = (): string => {
  const copy = mkdtempSync(join(tmpdir(), 'postern-mutations-'));
  for (const part of parts) cpSync(join(root, part), join(copy, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
};

interface TestRun {
  readonly passed: boolean;
  readonly output: string;
}

const runTest = async (copy: string, file: string): Promise<TestRun> => {
  const child = spawn(process.execPath, [join('test', file)], {
    cwd: copy,
    env: { ...process.env, TAP_TIMEOUT: String(testTimeoutMs / 1000), TAP_BAIL: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), testTimeoutMs + 5_000);
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ]);
  clearTimeout(timer);
  return { passed: code === 0, output: `${out}\n${err}`.slice(-4_000) };
};

type Verdict = 'killed' | 'survived' | 'stale';

const judge = async (copy: string, mutation: Mutation): Promise<{ verdict: Verdict; detail: string }> => {
  const path = join(copy, mutation.file);
  const source = readFileSync(path, 'utf8');
  const mutated = apply(source, mutation);
  if ('problem' in mutated) return { verdict: 'stale', detail: mutated.problem };
  writeFileSync(path, mutated.text);
  try {
    for (const file of mutation.tests)
      if (!(await runTest(copy, file)).passed) return { verdict: 'killed', detail: file };
    return { verdict: 'survived', detail: mutation.tests.join(', ') };
  } finally {
    writeFileSync(path, source);
  }
};

const print = (line: string): void => void process.stdout.write(`${line}\n`);

const [word = ''] = process.argv.slice(2);
const chosen = mutations.filter(({ name, file }) => name.includes(word) || file.includes(word));
const copy = makeCopy();
process.once('exit', () => rmSync(copy, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));

const failing: string[] = [];
for (const file of new Set(chosen.flatMap(({ tests }) => tests))) {
  const { passed, output } = await runTest(copy, file);
  if (passed) continue;
  failing.push(file);
  print(`fails without a mutation: ${file}\n${output}`);
}

const counts: Record<Verdict, number> = { killed: 0, survived: 0, stale: 0 };
for (const mutation of failing.length === 0 ? chosen : []) {
  const started = performance.now();
  const { verdict, detail } = await judge(copy, mutation);
  counts[verdict]++;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  print(`${verdict.padEnd(8)} ${mutation.name} (${mutation.file}; ${detail}; ${seconds} s)`);
}
print(`\n${counts.killed} killed, ${counts.survived} survived, ${counts.stale} no longer apply`);
process.exitCode =
  failing.length + counts.survived + counts.stale + (chosen.length === 0 ? 1 : 0) > 0 ? 1 : 0;
