import { type Command, usageError } from '#src/command.ts';
import type { ClientMetadata } from '#src/services/clients/index.ts';
import { formatMembers } from '../format-members.ts';
import { collectValues } from '../option-values.ts';
import { addMetadataOptions, type MetadataFlags, metadataOf } from './flags.ts';
import { clientData, schemeNotes } from './present.ts';
import { withClients } from './with-clients.ts';

interface UpdateFlags extends MetadataFlags {
  readonly unset?: readonly string[];
}

const changesOf = ({ unset = [], ...flags }: UpdateFlags, shapes: ReadonlyMap<string, unknown>) => {
  const unknown = unset.filter((name) => !shapes.has(name));
  if (unknown.length > 0) throw usageError(`${unknown.join(', ')}: no property of clients has this name.`);
  const given = Object.entries(metadataOf(flags)).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  const removed = unset.map((name) => [name, null] as const);
  if (given.length + removed.length === 0) {
    throw usageError('Nothing to change: name a property and its new value, as --name "The Shop".');
  }
  return Object.fromEntries<Exclude<ClientMetadata[string], undefined>>([...given, ...removed]);
};

export const update: Command = (group, context) => {
  addMetadataOptions(
    group
      .command('update')
      .description('change properties of a client; lists are replaced')
      .argument('<client_id>')
      .option('--unset <name>', 'remove a property; may be repeated', collectValues),
  ).action(async (id: string, flags: UpdateFlags) => {
    const [{ metadataShapes }, { scopeNotes }] = await Promise.all([
      import('#src/services/clients/index.ts'),
      import('#src/services/clients/scope-notes.ts'),
    ]);
    const changes = changesOf(flags, metadataShapes);
    const { record, notes } = await withClients(context, async (clients, config) => {
      const changed = await clients.update(id, changes);
      return { record: changed, notes: scopeNotes(config, changed.metadata) };
    });
    context.output.answer(clientData(record), formatMembers(clientData(record)));
    for (const note of [...notes, ...schemeNotes(record.metadata)]) context.output.note(note);
  });
};
