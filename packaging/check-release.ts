/**
 * Lints the workflows: `npm run check:release`. actionlint finds mistakes in them, zizmor what an attacker could use.
 * Both have to be on the PATH; CONTRIBUTING.md says where from.
 */
import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import { runTool } from './run-tool.ts';

const root = resolve(import.meta.dirname, '..');
const workflows = globSync('.github/workflows/*.yml', { cwd: root });

interface Linter {
  readonly command: string;
  readonly args: readonly string[];
  readonly install: string;
}

const linters: readonly Linter[] = [
  {
    command: 'actionlint',
    args: [...workflows],
    install: 'go install github.com/rhysd/actionlint/cmd/actionlint@v1.7.12',
  },
  { command: 'zizmor', args: ['--offline', '.github'], install: 'pipx install zizmor==1.32.0' },
];

for (const { command, args, install } of linters) {
  try {
    await runTool(command, args, root);
    process.stdout.write(`ok ${command}\n`);
  } catch (error) {
    process.exitCode = 1;
    // A tool that ran has its findings in its output.
    const { code, stdout = '', stderr = '' } = Object(error);
    process.stderr.write(
      code === 127
        ? `check:release: ${command} is not installed, so nothing was checked by it: ${install}\n`
        : `${stdout}${stderr}`,
    );
  }
}
