import type { Rule } from '#config';
import { grantTypesOf } from './features/declarations.ts';
import { themeProblems } from './http/theme/index.ts';
import { configuredAccountProblems, hashProblem } from './services/accounts/index.ts';
import { configuredClientProblems, idTokenClaimProblems } from './services/clients/index.ts';
import { ownTextProblems } from './views/languages/own-texts.ts';

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
  needs: ['accounts', 'security'],
  check: ({ accounts, security }) =>
    configuredAccountProblems(accounts, (hash) => hashProblem(hash, security.password)).map(
      ({ index, field, message }) => ({
        path: ['accounts', String(index), field],
        message,
      }),
    ),
};

const textsExist: Rule = {
  needs: ['pages'],
  check: ({ pages }) =>
    ownTextProblems(pages).map(({ path, ...mistake }) => ({ path: ['pages', 'texts', ...path], ...mistake })),
};

const themeCanBeShown: Rule = {
  needs: ['pages'],
  check: ({ pages: { theme } }) =>
    themeProblems(theme).map(({ path, message }) => ({ path: path.split('.'), message })),
};

/**
 * The rules of services and pages for what the configuration lists. `config/` can't have them, since it knows neither. With
 * these, a mistake is reported with its place in the file, together with all others.
 */
export const configurationRules: readonly Rule[] = [
  clientsCanBeRegistered,
  idTokenClaimsHaveScopes,
  passwordHashesAreKnown,
  textsExist,
  themeCanBeShown,
];
