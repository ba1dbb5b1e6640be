import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Measurement } from './measure/summary.ts';
import type { Result } from './sections/section.ts';

const folder = fileURLToPath(new URL('./results/', import.meta.url));

const formatNumber = (value: number | undefined, digits: number): string =>
  value === undefined || Number.isNaN(value) ? '–' : value.toFixed(digits);

const formatRatio = ({ ratio, ratioRange }: Measurement): string => {
  const range = ratioRange?.map((value) => formatNumber(value, 2)).join('–');
  return range === undefined ? formatNumber(ratio, 2) : `${formatNumber(ratio, 2)} (${range})`;
};

/** Formats a result as Markdown, which reads well on a terminal too. */
export const formatTable = (finding: Result): string => {
  const head = `\n### ${finding.title}\n${finding.note === undefined ? '' : `\n${finding.note}\n`}`;
  if ('values' in finding) {
    const lines = Object.entries(finding.values).map(([name, value]) => `| ${name} | ${value} |`);
    return [head, '| | |', '| --- | ---: |', ...lines].join('\n');
  }
  const lines = finding.rows.map((row) =>
    [
      '',
      row.label,
      formatNumber(row.serverCpu, 3),
      formatNumber(row.leastCpu, 3),
      formatNumber(row.redisCpu, 3),
      formatNumber(row.perSecond, 0),
      formatNumber(row.p50, 1),
      formatNumber(row.p99, 1),
      formatRatio(row),
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

const describeMachine = () => ({
  date: new Date().toISOString(),
  node: process.version,
  kernel: release(),
  processor: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memoryGb: Math.round(totalmem() / 1e9),
});

/** Writes one run as JSON and as tables, and returns the path of the JSON file. */
export const writeReport = (findings: readonly Result[]): string => {
  mkdirSync(folder, { recursive: true });
  const host = describeMachine();
  const name = `${folder}${host.date.replaceAll(/[:.]/g, '-')}`;
  writeFileSync(`${name}.json`, `${JSON.stringify({ machine: host, findings }, null, 2)}\n`);
  writeFileSync(`${name}.md`, `${findings.map(formatTable).join('\n')}\n`);
  return `${name}.json`;
};
