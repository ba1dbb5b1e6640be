import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Finding } from './sections/section.ts';

const folder = fileURLToPath(new URL('./results/', import.meta.url));

const number = (value: number | undefined, digits: number): string =>
  value === undefined || Number.isNaN(value) ? '–' : value.toFixed(digits);

/** As Markdown, which reads well on a terminal too. */
export const tableOf = (finding: Finding): string => {
  const head = `\n### ${finding.title}\n${finding.note === undefined ? '' : `\n${finding.note}\n`}`;
  if ('values' in finding) {
    const lines = Object.entries(finding.values).map(([name, value]) => `| ${name} | ${value} |`);
    return [head, '| | |', '| --- | ---: |', ...lines].join('\n');
  }
  const lines = finding.rows.map((row) =>
    [
      '',
      row.label,
      number(row.serverCpu, 3),
      number(row.leastCpu, 3),
      number(row.redisCpu, 3),
      number(row.perSecond, 0),
      number(row.p50, 1),
      number(row.p99, 1),
      number(row.ratio, 2),
      '',
    ]
      .join(' | ')
      .trim(),
  );
  return [
    head,
    '| | CPU ms | least | Redis CPU ms | /s | p50 ms | p99 ms | ratio |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
  ].join('\n');
};

const machine = () => ({
  date: new Date().toISOString(),
  node: process.version,
  kernel: release(),
  processor: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 1e9),
});

/** Writes one run as JSON and as a table, and tells where. */
export const writeReport = (findings: readonly Finding[]): string => {
  mkdirSync(folder, { recursive: true });
  const about = machine();
  const name = `${folder}${about.date.replaceAll(/[:.]/g, '-')}`;
  writeFileSync(`${name}.json`, `${JSON.stringify({ machine: about, findings }, null, 2)}\n`);
  writeFileSync(`${name}.md`, `${findings.map(tableOf).join('\n')}\n`);
  return `${name}.json`;
};
