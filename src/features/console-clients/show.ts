import { authenticationMethodOf } from '../../services/clients/index.ts';
import { type ConsoleHandler, consolePaths, doneMessageOf } from '../../services/console-pages/index.ts';
import { environmentBlock } from '../../services/recipes/connection.ts';
import { clientPage } from '../../views/console/clients/client.ts';
import type { ConsoleClientsDependencies } from './dependencies.ts';
import { findClient, modelOf } from './model.ts';

const textsIn = (value: unknown): readonly string[] =>
  [value].flat().filter((one): one is string => typeof one === 'string');

export const showClient =
  ({ config, clients }: Pick<ConsoleClientsDependencies, 'config' | 'clients'>): ConsoleHandler =>
  async (visit) => {
    const { by, frame, query } = visit;
    const client = await findClient(clients, visit);
    const { metadata } = client;
    const { saved, stopped, started } = frame.text.clients.done;
    return {
      page: clientPage(frame, {
        client: modelOf(client, visit),
        redirectUris: metadata.redirect_uris ?? [],
        postLogoutRedirectUris: metadata.post_logout_redirect_uris ?? [],
        grantTypes: metadata.grant_types ?? [],
        method: authenticationMethodOf(metadata),
        scope: metadata.scope,
        resources: textsIn(metadata['resources']),
        groups: textsIn(metadata['allowed_groups']),
        environment: environmentBlock(config, metadata, undefined).split('\n'),
        metadata: JSON.stringify(metadata, null, 2),
        done: doneMessageOf({ saved, stopped, started }, query),
        audit: by.permissions.has('audit')
          ? `${consolePaths.audit}?${new URLSearchParams({ client: client.id })}`
          : undefined,
      }),
    };
  };
