import { readFileSync } from 'node:fs';
import type { Command as Program } from 'commander';
import { usageError } from '#src/command.ts';
import type { AddClient } from '#src/services/clients/index.ts';
import { parseNamedValues } from '../name-value.ts';
import { collectValues } from '../option-values.ts';

export interface MetadataFlags {
  readonly name?: string;
  readonly redirectUri?: readonly string[];
  readonly postLogoutRedirectUri?: readonly string[];
  readonly scope?: string;
  readonly authMethod?: string;
  readonly profile?: string;
  readonly audience?: string;
  readonly jwks?: string;
  readonly jwksUri?: string;
  readonly firstParty?: true;
  readonly alg?: string;
  readonly pkce?: string;
  readonly idTokenClaims?: string;
  readonly assertionAudience?: string;
  readonly allowedGroup?: readonly string[];
  readonly property?: readonly string[];
}

export const addMetadataOptions = (command: Program): Program =>
  command
    .option('--name <text>', 'what people read on the consent page')
    .option('--redirect-uri <uri>', 'where answers may be sent; may be repeated', collectValues)
    .option(
      '--post-logout-redirect-uri <uri>',
      'where people may be sent after signing out; may be repeated',
      collectValues,
    )
    .option('--scope <scopes>', 'scopes it may ask for, separated by spaces; default: all')
    .option('--auth-method <method>', 'token_endpoint_auth_method, when the one of the type does not fit')
    .option('--profile <profile>', 'security profile: default or fapi2')
    .option('--audience <uri>', 'the one audience of an issuer client')
    .option('--jwks <file>', 'file with its public keys (JWK set)')
    .option('--jwks-uri <uri>', 'where its public keys are')
    .option('--first-party', 'consent is not asked for')
    .option('--alg <algorithm>', 'signing algorithm of its id tokens; default: RS256')
    .option('--pkce <rule>', 'auto, required or exempt; default: security.pkce')
    .option(
      '--id-token-claims <which>',
      'personal claims in id tokens: technical (none), all, or names separated by commas; default: technical',
    )
    .option(
      '--assertion-audience <which>',
      'endpoint: its assertions may name an endpoint as aud; default: issuer',
    )
    .option(
      '--allowed-group <name>',
      'whose members may use it; may be repeated; default: everyone',
      collectValues,
    )
    .option(
      '--property <name=value>',
      'any other property, its value as JSON or text; may be repeated',
      collectValues,
    );

const readJwks = (file: string): AddClient['metadata']['jwks'] => {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw usageError(`${file} can't be read as JSON; --jwks wants a file with {"keys": […]}.`, error);
  }
};

const parseIdTokenClaims = (text: string | undefined): AddClient['metadata'][string] =>
  text === undefined || text === 'technical' || text === 'all'
    ? text
    : text.split(',').map((name) => name.trim());

/** The client metadata that the flags name. `services/clients` checks it. */
export const metadataOf = (flags: MetadataFlags): AddClient['metadata'] => {
  const named = {
    client_name: flags.name,
    redirect_uris: flags.redirectUri,
    post_logout_redirect_uris: flags.postLogoutRedirectUri,
    scope: flags.scope,
    token_endpoint_auth_method: flags.authMethod,
    profile: flags.profile,
    audience: flags.audience,
    jwks: flags.jwks === undefined ? undefined : readJwks(flags.jwks),
    jwks_uri: flags.jwksUri,
    first_party: flags.firstParty,
    id_token_signed_response_alg: flags.alg,
    pkce: flags.pkce,
    id_token_claims: parseIdTokenClaims(flags.idTokenClaims),
    allowed_groups: flags.allowedGroup,
    assertion_audience: flags.assertionAudience,
  };
  const properties = parseNamedValues(flags.property ?? [], {
    flag: '--property',
    example: 'subject_type=pairwise',
  });
  const given = Object.entries(named).filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(properties), ...Object.fromEntries(given) };
};
