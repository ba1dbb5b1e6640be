import { InvalidArgumentError } from 'commander';
import type { Command } from '#src/command.ts';
import type { ClientType } from '#src/services/clients/index.ts';
import { clientTypes, isClientType } from '#src/services/clients/types.ts';
import { formatMembers } from '../format-members.ts';
import { readSecret } from '../secret-input.ts';
import { connectionOf, environmentBlock } from './connection.ts';
import { addMetadataOptions, type MetadataFlags, metadataOf } from './flags.ts';
import { clientData, shownOnceNote } from './present.ts';
import { withClients } from './with-clients.ts';

interface AddFlags extends MetadataFlags {
  readonly type: ClientType;
  readonly id?: string;
  readonly secretStdin?: true;
}

const parseType = (text: string): ClientType => {
  if (isClientType(text)) return text;
  throw new InvalidArgumentError(`Expected one of ${clientTypes.join(', ')}.`);
};

export const add: Command = (group, context) => {
  const { output } = context;
  addMetadataOptions(
    group
      .command('add')
      .description('add a client; its secret is shown once')
      .requiredOption('--type <type>', clientTypes.join(', '), parseType)
      .option('--id <client_id>', 'default: random')
      .option('--secret-stdin', 'read the secret from standard input; default: random'),
  ).action(async (flags: AddFlags) => {
    const metadata = metadataOf(flags);
    const secret = flags.secretStdin ? await readSecret('Client secret') : undefined;
    const client = {
      type: flags.type,
      metadata,
      ...(flags.id === undefined ? {} : { id: flags.id }),
      ...(secret === undefined ? {} : { secret }),
    };
    const { added, config } = await withClients(
      context,
      async (clients, config) => ({ added: await clients.add(client), config }),
      { mayCreateStore: true },
    );
    const shownSecret = secret === undefined ? added.secret : undefined;
    const { secrets: _, from: __, ...shown } = clientData(added.client, shownSecret);
    const connection = connectionOf(config);
    const block = environmentBlock(config, added.client.metadata, shownSecret?.secret);
    output.answer(
      { ...clientData(added.client, shownSecret), connection },
      [formatMembers(shown), formatMembers(connection), block].join('\n\n'),
    );
    if (shownSecret !== undefined) output.note(shownOnceNote);
  });
};
