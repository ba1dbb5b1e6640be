import { InvalidArgumentError } from 'commander';
import { type Command, usageError } from '#src/command.ts';
import type { ClientType } from '#src/services/clients/index.ts';
import { clientTypes, isClientType } from '#src/services/clients/types.ts';
import { connectionOf, environmentBlock } from '#src/services/recipes/connection.ts';
import { formatMembers } from '../format-members.ts';
import { readSecret } from '../secret-input.ts';
import { addMetadataOptions, type MetadataFlags, metadataOf } from './flags.ts';
import { clientData, schemeNotes, shownOnceNote } from './present.ts';
import type { ChosenRecipe } from './recipe.ts';
import { withClients } from './with-clients.ts';

interface AddFlags extends MetadataFlags {
  readonly type?: ClientType;
  readonly recipe?: string;
  readonly url?: string;
  readonly id?: string;
  readonly secretStdin?: true;
}

const parseType = (text: string): ClientType => {
  if (isClientType(text)) return text;
  throw new InvalidArgumentError(`Expected one of ${clientTypes.join(', ')}.`);
};

/** What the flags say of the client itself wins over its recipe. */
const typeAndMetadata = (flags: AddFlags, chosen: ChosenRecipe | undefined) => {
  const metadata = metadataOf(flags);
  if (chosen === undefined) {
    if (flags.type === undefined) {
      throw usageError(`--type is missing: ${clientTypes.join(', ')}; or name an application with --recipe.`);
    }
    if (flags.url !== undefined) throw usageError('--url needs --recipe, the application at that address.');
    return { type: flags.type, metadata };
  }
  const { recipe, url } = chosen;
  return {
    type: recipe.type,
    metadata: { client_name: recipe.title, ...recipe.metadata(url), ...metadata },
  };
};

export const add: Command = (group, context) => {
  const { output } = context;
  addMetadataOptions(
    group
      .command('add')
      .description('add a client; its secret is shown once')
      .option('--type <type>', clientTypes.join(', '), parseType)
      .option('--recipe <application>', 'set it up for a well-known application; `list` shows all recipes')
      .option('--url <url>', 'with --recipe: the address of the application')
      .option('--id <client_id>', 'default: random')
      .option('--secret-stdin', 'read the secret from standard input; default: random'),
  ).action(async (flags: AddFlags) => {
    const recipes = flags.recipe === undefined ? undefined : await import('./recipe.ts');
    if (flags.recipe === 'list') return recipes?.listRecipes(output);
    const chosen =
      flags.recipe === undefined ? undefined : recipes?.chooseRecipe({ ...flags, recipe: flags.recipe });
    const described = typeAndMetadata(flags, chosen);
    const secret = flags.secretStdin ? await readSecret('Client secret') : undefined;
    const client = {
      ...described,
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
    const application = chosen && recipes?.applicationConfiguration(chosen, config, added);
    const block = application?.text ?? environmentBlock(config, added.client.metadata, shownSecret?.secret);
    output.answer(
      {
        ...clientData(added.client, shownSecret),
        connection,
        ...(application && { recipe: application.data }),
      },
      [formatMembers(shown), formatMembers(connection), block].join('\n\n'),
    );
    for (const note of schemeNotes(added.client.metadata)) output.note(note);
    if (shownSecret !== undefined) output.note(shownOnceNote);
    const { scopeNotes } = await import('#src/services/clients/scope-notes.ts');
    for (const note of scopeNotes(config, added.client.metadata)) output.note(note);
  });
};
