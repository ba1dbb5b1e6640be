import { Failure } from '../../errors.ts';
import { type ClientType, isClientType, newClientId } from '../../services/clients/index.ts';
import type { ConsoleAnswer, ConsoleHandler, ConsoleVisit } from '../../services/console-pages/index.ts';
import { connectionOf, environmentBlock } from '../../services/recipes/connection.ts';
import { newSecretPage } from '../../views/console/clients/created.ts';
import { clientDetailsPage } from '../../views/console/clients/details.ts';
import type { ClientField } from '../../views/console/clients/fields.ts';
import { clientPath, newClientPath } from '../../views/console/clients/paths.ts';
import type { FieldError } from '../../views/fields.ts';
import type { ConsoleClientsDependencies } from './dependencies.ts';
import { readForm, refusalOf, withoutNull } from './form.ts';
import { nameOf } from './model.ts';

interface Fields {
  readonly main: readonly ClientField[];
  readonly expert: readonly ClientField[];
}

const interactive: Fields = {
  main: ['client_name', 'redirect_uris'],
  expert: ['post_logout_redirect_uris', 'scope', 'resources', 'allowed_groups', 'first_party'],
};

const fieldsOf: Readonly<Record<ClientType, Fields>> = {
  web: interactive,
  spa: interactive,
  native: interactive,
  machine: { main: ['client_name', 'scope', 'resources'], expert: [] },
  device: { main: ['client_name'], expert: ['scope', 'resources', 'allowed_groups', 'first_party'] },
  issuer: {
    main: ['client_name', 'redirect_uris', 'audience'],
    expert: ['scope', 'allowed_groups', 'first_party'],
  },
};

const typeIn = ({ params }: ConsoleVisit): ClientType => {
  const { type = '' } = params;
  if (isClientType(type)) return type;
  throw new Failure({ code: 'not_found', message: 'There is no such type of client.', status: 404 });
};

/** A machine asks for its token without a person, so there is a request to try. */
const requestFor = (issuer: string): readonly string[] => [
  'curl --user "$OIDC_CLIENT_ID:$OIDC_CLIENT_SECRET" \\',
  '  --data grant_type=client_credentials \\',
  `  ${connectionOf({ issuer }).token_endpoint}`,
];

export const addByType =
  ({ config, administration }: ConsoleClientsDependencies): ConsoleHandler =>
  async (visit): Promise<ConsoleAnswer> => {
    const { by, frame, csrf, form } = visit;
    const type = typeIn(visit);
    const { clients: text } = frame.text;
    const { main, expert } = fieldsOf[type];
    const details = (refusal: {
      readonly errors: readonly FieldError[];
      readonly problem?: string;
    }): string =>
      clientDetailsPage(frame, {
        title: text.new.ofType(text.types[type].name),
        action: `${newClientPath}/${type}`,
        csrf,
        // The id is in the form, so that a form that is sent twice makes one client.
        values: { client_id: newClientId(), ...form },
        main,
        expert,
        ...refusal,
      });
    if (form['csrf'] === undefined) return { page: details({ errors: [] }) };

    const fields = [...main, ...expert];
    const { metadata, errors } = readForm(form, fields, { text: text.fields });
    if (errors.length > 0) return { page: details({ errors }), status: 422 };
    const id = (form['client_id'] ?? '').trim();
    try {
      const { client, secret } = await administration.clients.add(by, {
        type,
        ...(id !== '' && { id }),
        metadata: withoutNull(metadata),
      });
      return {
        page: newSecretPage(frame, {
          client: { id: client.id, name: nameOf(client) },
          title: text.created.title(nameOf(client)),
          csrf,
          secret: secret?.secret,
          environment: environmentBlock(config, client.metadata, secret?.secret).split('\n'),
          blocks:
            type === 'machine' ? [{ label: text.created.request, lines: requestFor(config.issuer) }] : [],
          notes: [],
          next: { href: clientPath(client.id), label: text.created.open },
        }),
      };
    } catch (error) {
      const refusal = refusalOf(error, form, { fields: [...fields, 'client_id'], text });
      if (refusal === undefined) throw error;
      return { page: details(refusal), status: 422 };
    }
  };
