import { InvalidArgumentError } from 'commander';
import type { Command } from '#src/command.ts';
import { formatMembers } from '../format-members.ts';
import { wholeNumber } from '../option-values.ts';
import { secretData, shownOnceNote } from './present.ts';
import { withClients } from './with-clients.ts';

const longestOverlap = 90 * 24 * 60 * 60;

const parseTime = (text: string): number => {
  const moment = /^\d{4}-\d{2}-\d{2}(T[\d:.]+(Z|[+-]\d{2}:\d{2}))?$/.test(text)
    ? Date.parse(text)
    : Number.NaN;
  if (Number.isFinite(moment)) return moment;
  throw new InvalidArgumentError('Expected a time such as 2027-01-31 or 2027-01-31T12:00:00Z.');
};

export const rotateSecret: Command = (group, context) => {
  const { output } = context;
  group
    .command('rotate-secret')
    .description('give a client a new secret, shown once; those before it end after the overlap')
    .argument('<client_id>')
    .option(
      '--overlap <seconds>',
      'how long the former secrets stay good',
      wholeNumber(0, longestOverlap),
      86_400,
    )
    .action(async (id: string, { overlap }: { readonly overlap: number }) => {
      const made = await withClients(context, (clients) =>
        clients.rotateSecret(id, { overlapSeconds: overlap }),
      );
      const data = { client_id: id, ...secretData(made), former_secrets_end_after: overlap };
      output.answer(data, formatMembers(data));
      output.note(shownOnceNote);
    });
};

export const addSecret: Command = (group, context) => {
  const { output } = context;
  group
    .command('add-secret')
    .description('give a client one more secret, shown once; the others stay as they are')
    .argument('<client_id>')
    .argument('<name>', 'how to tell it from the others')
    .option('--expires <time>', 'when it ends; default: never', parseTime)
    .action(async (id: string, name: string, { expires }: { readonly expires?: number }) => {
      const options = { name, ...(expires === undefined ? {} : { expiresAt: expires }) };
      const made = await withClients(context, (clients) => clients.addSecret(id, options));
      const data = { client_id: id, ...secretData(made) };
      output.answer(data, formatMembers(data));
      output.note(shownOnceNote);
    });
};

export const removeSecret: Command = (group, context) => {
  group
    .command('remove-secret')
    .description('take one secret from a client')
    .argument('<client_id>')
    .argument('<name>')
    .action(async (id: string, name: string) => {
      await withClients(context, (clients) => clients.removeSecret(id, name));
      context.output.answer(
        { client_id: id, name, removed: true },
        `The secret ${name} of ${id} is removed.`,
      );
    });
};

export const makeSecret: Command = (group, { output }) => {
  group
    .command('make-secret')
    .description('print a random secret and its hash, for a client in the configuration; stores nothing')
    .action(async () => {
      const { makeClientSecret } = await import('#src/services/clients/index.ts');
      const { secret, hash } = makeClientSecret();
      output.answer({ client_secret: secret, hash }, formatMembers({ client_secret: secret, hash }));
      output.note('Give the secret to the client, and the hash to secrets: in the configuration.');
    });
};
