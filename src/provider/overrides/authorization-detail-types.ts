import type { Provider } from 'oidc-provider';
import { internalsOf } from '../internals.ts';
import type { AuthorizationDetailTypesOptions } from './options.ts';
import type { Override } from './override.ts';

/** Called by the override of `Client.find` before a client is built. */
export const registerDetailTypes = (
  provider: Provider,
  { typesOf, validate }: AuthorizationDetailTypesOptions,
  metadata: Readonly<Record<string, unknown>>,
): void => {
  const { types } = internalsOf(provider).features.richAuthorizationRequests;
  for (const type of typesOf(metadata)) types[type] ??= { validate };
};

export const authorizationDetailTypes: Override = {
  name: 'authorization-detail-types',
  symbols: ['internals.features.richAuthorizationRequests.types'],
  reason:
    'The engine builds a client only when it knows the types of the client, and takes types at its construction. Here clients are added while the engine runs, and their types with them.',
  test: 'test/protocol/authorization-details.test.ts',
  // The override of `Client.find` adds the types of a client when it builds the client.
  apply() {},
};
