import type { Command } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import type { ClientMetadata } from '#src/features/clients/index.ts';
import { lines } from '../lines.ts';
import { repeated } from '../paging.ts';
import { type MetadataFlags, metadataFlags, metadataOf } from './flags.ts';
import { onClients } from './on-clients.ts';
import { clientData } from './present.ts';

interface UpdateFlags extends MetadataFlags {
  readonly unset?: readonly string[];
}

const usage = (message: string): Failure => new Failure({ code: 'usage', message, exit: exitCode.usage });

const changesOf = ({ unset = [], ...flags }: UpdateFlags, shapes: ReadonlyMap<string, unknown>) => {
  const unknown = unset.filter((name) => !shapes.has(name));
  if (unknown.length > 0) throw usage(`${unknown.join(', ')}: no property of clients has this name.`);
  const said = Object.entries(metadataOf(flags)).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const nothing = unset.map((name) => [name, null] as const);
  if (said.length + nothing.length === 0) {
    throw usage('Nothing to change: name a property and its new value, as --name "The Shop".');
  }
  return Object.fromEntries<Exclude<ClientMetadata[string], undefined>>([...said, ...nothing]);
};

export const update: Command = (group, context) => {
  metadataFlags(
    group
      .command('update')
      .description('change properties of a client; lists are replaced')
      .argument('<client_id>')
      .option('--unset <name>', 'remove a property; may be repeated', repeated),
  ).action(async (id: string, flags: UpdateFlags) => {
    const { shapes } = await import('#src/features/clients/index.ts');
    const changes = changesOf(flags, shapes);
    const record = await onClients(context, (clients) => clients.update(id, changes));
    context.output.answer(clientData(record), lines(clientData(record)));
  });
};
