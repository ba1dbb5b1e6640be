import { readFileSync } from 'node:fs';
import type { Command } from '#src/command.ts';

const read = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const isNamed = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return isNamed ? String(manifest.version) : 'unknown';
};

export const version: Command = {
  name: 'version',
  register(program, { output }) {
    program
      .command('version')
      .description('version of postern and of Node')
      .action(() => {
        const data = { postern: read(), node: process.versions.node };
        output.answer(data, `postern ${data.postern} (Node ${data.node})`);
      });
  },
};
