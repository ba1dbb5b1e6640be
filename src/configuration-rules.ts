import type { Rule } from '#config';
import { grantTypesOf } from './features/declarations.ts';
import { configuredAccountProblems } from './services/accounts/index.ts';
import { configuredClientProblems, idTokenClaimProblems } from './services/clients/index.ts';

const clientsCanBeRegistered: Rule = {
  needs: ['clients'],
  check: ({ clients }) =>
    configuredClientProblems(clients, grantTypesOf()).map(({ clientId, index, field, message }) => ({
      path: ['clients', String(index), field],
      message: `Client ${clientId}: ${message}.`,
    })),
};

const idTokenClaimsHaveScopes: Rule = {
  needs: ['claims', 'clients'],
  check: (config) =>
    config.clients.flatMap((client, index) =>
      idTokenClaimProblems(config, client.id_token_claims).map(({ field, message }) => ({
        path: ['clients', String(index), field],
        message: `Client ${client.client_id}: ${field} ${message}.`,
      })),
    ),
};

const passwordHashesAreKnown: Rule = {
  needs: ['accounts'],
  check: ({ accounts }) =>
    configuredAccountProblems(accounts).map(({ index, field, message }) => ({
      path: ['accounts', String(index), field],
      message,
    })),
};

/**
 * The rules of services for what the configuration lists. `config/` can't have them, since it knows no services. With
 * these, a mistake is reported with its place in the file, together with all others.
 */
export const configurationRules: readonly Rule[] = [
  clientsCanBeRegistered,
  idTokenClaimsHaveScopes,
  passwordHashesAreKnown,
];
