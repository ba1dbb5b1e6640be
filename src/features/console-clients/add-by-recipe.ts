import { Failure } from '../../errors.ts';
import { newClientId } from '../../services/clients/index.ts';
import type { ConsoleAnswer, ConsoleHandler, ConsoleVisit } from '../../services/console-pages/index.ts';
import { environmentBlock } from '../../services/recipes/connection.ts';
import { applicationUrl, fitsRecipes, recipeContext } from '../../services/recipes/context.ts';
import { findRecipe } from '../../services/recipes/index.ts';
import type { Recipe } from '../../services/recipes/recipe.ts';
import { newSecretPage } from '../../views/console/clients/created.ts';
import { clientDetailsPage } from '../../views/console/clients/details.ts';
import type { ClientField } from '../../views/console/clients/fields.ts';
import { clientPath, newRecipePath } from '../../views/console/clients/paths.ts';
import type { FieldError } from '../../views/fields.ts';
import type { ConsoleClientsDependencies } from './dependencies.ts';
import { readForm, refusalOf, withoutNull } from './form.ts';

const main: readonly ClientField[] = ['client_name'];
const expert: readonly ClientField[] = ['allowed_groups'];

const recipeIn = ({ params }: ConsoleVisit): Recipe => {
  const recipe = findRecipe(params['name'] ?? '');
  if (recipe !== undefined) return recipe;
  throw new Failure({ code: 'not_found', message: 'There is no such application.', status: 404 });
};

export const addByRecipe =
  ({ config, administration }: ConsoleClientsDependencies): ConsoleHandler =>
  async (visit): Promise<ConsoleAnswer> => {
    const { by, frame, csrf, form } = visit;
    const recipe = recipeIn(visit);
    const { clients: text } = frame.text;
    const { exampleUrl, title } = recipe;
    const details = (refusal: {
      readonly errors: readonly FieldError[];
      readonly problem?: string;
    }): string =>
      clientDetailsPage(frame, {
        title: text.new.ofApplication(title),
        action: `${newRecipePath}/${recipe.name}`,
        csrf,
        values: { client_id: newClientId(), client_name: title, url: recipe.defaultUrl, ...form },
        main,
        expert,
        exampleUrl,
        ...refusal,
      });
    if (form['csrf'] === undefined) return { page: details({ errors: [] }) };

    const { metadata, errors } = readForm(form, [...main, ...expert], { text: text.fields });
    const url = applicationUrl((form['url'] ?? '').trim());
    const id = (form['client_id'] ?? '').trim() || newClientId();
    const all: readonly FieldError[] = [
      ...(url === undefined ? [{ field: 'url', message: text.new.addressWrong(exampleUrl) }] : []),
      ...errors,
      ...(fitsRecipes(id) ? [] : [{ field: 'client_id', message: text.new.clientIdForRecipes }]),
    ];
    if (url === undefined || all.length > 0) return { page: details({ errors: all }), status: 422 };
    try {
      const { client, secret } = await administration.clients.add(by, {
        type: recipe.type,
        id,
        metadata: { ...recipe.metadata(url), ...withoutNull(metadata) },
      });
      const context = recipeContext({
        issuer: config.issuer,
        url,
        clientId: client.id,
        clientSecret: secret?.secret ?? '',
        redirectUri: client.metadata.redirect_uris?.[0] ?? '',
      });
      return {
        page: newSecretPage(frame, {
          client: { id: client.id, name: title },
          title: text.created.title(client.metadata.client_name ?? title),
          csrf,
          secret: secret?.secret,
          environment: environmentBlock(config, client.metadata, secret?.secret).split('\n'),
          blocks: recipe.snippets(context).map(({ where, lines }) => ({ label: where, lines })),
          notes: [recipe.guide.groups, ...(recipe.notes ?? [])],
          next: { href: clientPath(client.id), label: text.created.open },
        }),
      };
    } catch (error) {
      const refusal = refusalOf(error, form, { fields: [...main, ...expert, 'client_id'], text });
      if (refusal === undefined) throw error;
      // What is wrong with the redirect URIs is wrong with the address that they are made of.
      const { problem, ...rest } = refusal;
      return {
        page: details(
          problem === undefined ? rest : { errors: [...rest.errors, { field: 'url', message: problem }] },
        ),
        status: 422,
      };
    }
  };
