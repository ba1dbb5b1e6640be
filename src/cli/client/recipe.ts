import { type Config, nearest } from '#config';
import { type Output, usageError } from '#src/command.ts';
import type { NewClient } from '#src/services/clients/client.ts';
import { applicationUrl, fitsRecipes, recipeContext } from '#src/services/recipes/context.ts';
import { findRecipe, recipes } from '#src/services/recipes/index.ts';
import type { Recipe, Snippet } from '#src/services/recipes/recipe.ts';
import { table } from '../table.ts';

/** A recipe with the address of the application. */
export interface ChosenRecipe {
  readonly recipe: Recipe;
  readonly url: string;
}

interface RecipeFlags {
  readonly recipe: string;
  readonly url?: string;
  readonly id?: string;
  readonly type?: string;
  readonly authMethod?: string;
  readonly secretStdin?: true;
}

const unknownRecipe = (name: string) => {
  const known = recipes.flatMap((recipe) => [recipe.name, ...(recipe.aliases ?? [])]);
  const suggestion = nearest(name, known);
  return usageError(
    `There is no recipe ${name}${suggestion === undefined ? '' : `; did you mean ${suggestion}?`} \`client add --recipe list\` shows all recipes.`,
  );
};

export const chooseRecipe = (flags: RecipeFlags): ChosenRecipe => {
  const recipe = findRecipe(flags.recipe);
  if (recipe === undefined) throw unknownRecipe(flags.recipe);
  if (flags.type !== undefined) throw usageError('--recipe sets the type of the client; leave --type out.');
  if (flags.authMethod !== undefined) {
    throw usageError('--recipe sets how the application authenticates; leave --auth-method out.');
  }
  if (flags.secretStdin) {
    throw usageError(
      '--secret-stdin does not go with --recipe, which prints the secret; leave it out for a random one.',
    );
  }
  if (flags.id !== undefined && !fitsRecipes(flags.id)) {
    throw usageError('With --recipe, --id may have letters, digits and . _ ~ - only.');
  }
  const given = flags.url ?? recipe.defaultUrl;
  if (given === undefined) {
    throw usageError(`--url is missing: the address of ${recipe.title}, as ${recipe.exampleUrl}.`);
  }
  const url = applicationUrl(given);
  if (url === undefined) {
    throw usageError(
      `--url ${given} is not the address of an application; write it as ${recipe.exampleUrl}.`,
    );
  }
  return { recipe, url };
};

export const listRecipes = (output: Output): void =>
  output.answer(
    { items: recipes.map(({ name, aliases = [], title }) => ({ name, aliases, title })) },
    table(
      ['RECIPE', 'APPLICATION', 'URL'],
      recipes.map(({ name, title, exampleUrl }) => [name, title, exampleUrl]),
    ),
  );

const snippetText = ({ lines }: Snippet): string => lines.join('\n');

/** What the other side needs: as data, and as text to be pasted. */
export const applicationConfiguration = (
  { recipe, url }: ChosenRecipe,
  { issuer }: Config,
  { client, secret }: NewClient,
) => {
  const clientSecret = secret?.secret ?? '';
  const snippets = recipe.snippets(
    recipeContext({
      issuer,
      url,
      clientId: client.id,
      clientSecret,
      redirectUri: client.metadata.redirect_uris?.[0] ?? '',
    }),
  );
  const { name, title, guide } = recipe;
  const notes = [guide.groups, ...(recipe.notes ?? [])];
  return {
    data: {
      name,
      title,
      configuration: snippets.map((snippet) => ({
        where: snippet.where,
        format: snippet.format,
        text: snippetText(snippet),
      })),
      notes,
    },
    text: [
      ...snippets.map((snippet) => `${title}: ${snippet.where}\n\n${snippetText(snippet)}`),
      notes.map((note) => `- ${note}`).join('\n'),
    ].join('\n\n'),
  };
};
