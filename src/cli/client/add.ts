import { InvalidArgumentError } from 'commander';
import type { Command } from '#src/command.ts';
import type { ClientType } from '#src/features/clients/index.ts';
import { clientTypes, isClientType } from '#src/features/clients/types.ts';
import { lines } from '../lines.ts';
import { readSecret } from '../secret-input.ts';
import { type MetadataFlags, metadataFlags, metadataOf } from './flags.ts';
import { onClients } from './on-clients.ts';
import { clientData, shownOnce } from './present.ts';

interface AddFlags extends MetadataFlags {
  readonly type: ClientType;
  readonly id?: string;
  readonly secretStdin?: true;
}

const typeOf = (text: string): ClientType => {
  if (isClientType(text)) return text;
  throw new InvalidArgumentError(`Expected one of ${clientTypes.join(', ')}.`);
};

export const add: Command = (group, context) => {
  const { output } = context;
  metadataFlags(
    group
      .command('add')
      .description('add a client; its secret is shown once')
      .requiredOption('--type <type>', clientTypes.join(', '), typeOf)
      .option('--id <client_id>', 'default: random')
      .option('--secret-stdin', 'read the secret from standard input; default: random'),
  ).action(async (flags: AddFlags) => {
    const metadata = metadataOf(flags);
    const secret = flags.secretStdin ? await readSecret('Client secret') : undefined;
    const added = await onClients({ ...context, begins: true }, (clients) =>
      clients.add({
        type: flags.type,
        metadata,
        ...(flags.id === undefined ? {} : { id: flags.id }),
        ...(secret === undefined ? {} : { secret }),
      }),
    );
    const told = secret === undefined ? added.secret : undefined;
    const { secrets: _, from: __, ...shown } = clientData(added.client, told);
    output.answer(clientData(added.client, told), lines(shown));
    if (told !== undefined) output.note(shownOnce);
  });
};
