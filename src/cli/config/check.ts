import type { Command } from '#src/command.ts';
import { checkConfiguration } from './check-configuration.ts';

export const check: Command = (group, context) => {
  group
    .command('check')
    .description('report every mistake of the configuration')
    .action(async () => {
      const { data, text } = await checkConfiguration(context);
      context.output.answer(data, text);
    });
};
