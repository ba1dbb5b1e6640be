import type { Command } from '#src/command.ts';
import { version as current } from '#src/version.ts';

export const version: Command = (program, { output }) => {
  program
    .command('version')
    .description('version of postern and of Node')
    .action(() => {
      const data = { postern: current, node: process.versions.node };
      output.answer(data, `postern ${data.postern} (Node ${data.node})`);
    });
};
