import { claimMappingProblems } from '#config';
import { displayNameRule, isDisplayName } from '../../display-name.ts';
import type { GrantType } from '../../provider/grant-types.ts';
import { authenticationMethodOf } from './authentication-methods.ts';
import type { ClientMetadata } from './client.ts';
import { dependentMetadataProblems } from './dependent-metadata.ts';
import { fapi2Problems } from './fapi2.ts';
import { grantProblems } from './grants.ts';
import { keyProblems } from './keys.ts';
import { httpsNames, metadataShapes, operatorOnlyNames, type Shape, uriNames } from './metadata-names.ts';
import type { Problem } from './problem.ts';
import { isSafeWebUri, redirectUriProblem } from './redirect-uri.ts';

/** Who registers: an operator by configuration or command, or the client (RFC 7591). */
export type Registrant = 'operator' | 'client';

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

const matchesShape: Readonly<Record<Shape, (value: unknown) => boolean>> = {
  text: isText,
  flag: (value) => typeof value === 'boolean',
  list: isList,
  'text or list': (value) => isText(value) || isList(value),
  number: (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  map: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};
const shapeMessage: Readonly<Record<Shape, string>> = {
  text: 'must be a text',
  flag: 'must be true or false',
  list: 'must be a list of texts',
  'text or list': 'must be a text or a list of texts',
  number: 'must be a whole number',
  map: 'must be a map',
};

/** Values of the wrong shape. They are checked first, because every other rule relies on the shape. */
export const shapeProblems = (metadata: ClientMetadata): Problem[] =>
  Object.entries(metadata).flatMap(([field, value]) => {
    if (value === undefined) return [];
    const shape = metadataShapes.get(field);
    if (shape === undefined) return [{ field, message: 'is not a property of clients; leave it out' }];
    return matchesShape[shape](value) ? [] : [{ field, message: shapeMessage[shape] }];
  });

const choices: Readonly<Record<string, readonly string[]>> = {
  application_type: ['web', 'native'],
  subject_type: ['public', 'pairwise'],
  profile: ['default', 'fapi2'],
  pkce: ['auto', 'required', 'exempt'],
  id_token_claims: ['technical', 'all'],
  assertion_audience: ['issuer', 'endpoint'],
  backchannel_token_delivery_mode: ['poll', 'ping'],
};

const choiceProblems = (metadata: ClientMetadata): Problem[] =>
  Object.entries(choices).flatMap(([field, allowed]) => {
    const value = metadata[field];
    return value === undefined || Array.isArray(value) || allowed.some((one) => one === value)
      ? []
      : [{ field, message: `must be ${allowed.join(' or ')}` }];
  });

type AllowsScheme = (scheme: string) => boolean;

const uriProblems = (metadata: ClientMetadata, allowsScheme: AllowsScheme): Problem[] => {
  const native = metadata.application_type === 'native';
  const redirects = (['redirect_uris', 'post_logout_redirect_uris'] as const).flatMap((field) =>
    (metadata[field] ?? []).flatMap((uri) => {
      const problem = redirectUriProblem(uri, { native, allowsScheme });
      return problem === undefined ? [] : [{ field, message: `${uri} ${problem}` }];
    }),
  );
  const others = uriNames.flatMap((field) => {
    const value = metadata[field];
    if (typeof value !== 'string') return [];
    if (httpsNames.includes(field)) {
      return value.startsWith('https://') && isSafeWebUri(value)
        ? []
        : [{ field, message: 'must be an https URI' }];
    }
    return isSafeWebUri(value)
      ? []
      : [{ field, message: 'must be an https URI (http is for loopback only)' }];
  });
  return [...redirects, ...others];
};

const maxNameLength = 120;

/** People decide by the name, and the client chose it. */
const nameProblems = ({ client_name: name }: ClientMetadata): Problem[] => {
  const problem = (message: string): Problem[] => [{ field: 'client_name', message }];
  if (name === undefined) return [];
  if (name.length > maxNameLength) return problem(`may have ${maxNameLength} characters at most`);
  return isDisplayName(name) ? [] : problem(displayNameRule);
};

/** Readers could take an empty list to mean that no person has access, or that every person has. */
const accessProblems = ({ allowed_groups: groups }: ClientMetadata): Problem[] =>
  Array.isArray(groups) && groups.length === 0
    ? [{ field: 'allowed_groups', message: 'must name a group; leave it out if everyone may use the client' }]
    : [];

const claimProblems = ({ claims }: ClientMetadata): Problem[] =>
  claims === undefined
    ? []
    : claimMappingProblems(claims).map(({ path, message }) => ({
        field: 'claims',
        message: [...path, message].join(': '),
      }));

/**
 * Every rule that `metadata` breaks. Without any, the client may be registered. `redirectSchemes` are those of
 * `registration.redirect_schemes`; operators may use any.
 */
export const clientProblems = (
  metadata: ClientMetadata,
  by: Registrant,
  grantTypes: readonly GrantType[],
  redirectSchemes: readonly string[] = [],
): readonly Problem[] => {
  const malformed = [...shapeProblems(metadata), ...choiceProblems(metadata)];
  if (malformed.length > 0) return malformed;
  const reserved =
    by === 'operator'
      ? []
      : operatorOnlyNames
          .filter((field) => metadata[field] !== undefined)
          .map((field) => ({ field, message: 'is for the operator to set; leave it out' }));
  /** Another app can claim such a scheme. PKCE keeps the code of a public client from it; a secret would not. */
  const allowsScheme: AllowsScheme = (scheme) =>
    by === 'operator' || (redirectSchemes.includes(scheme) && authenticationMethodOf(metadata) === 'none');
  const problems = [
    ...(/^[\x21-\x7e]{1,255}$/.test(metadata.client_id)
      ? []
      : [{ field: 'client_id', message: 'must be 1 to 255 visible ASCII characters' }]),
    ...reserved,
    ...nameProblems(metadata),
    ...claimProblems(metadata),
    ...accessProblems(metadata),
    ...uriProblems(metadata, allowsScheme),
    ...grantProblems(metadata, grantTypes),
    ...keyProblems(metadata),
    ...(metadata.profile === 'fapi2' ? fapi2Problems(metadata) : []),
  ];
  // While a value has to be removed, metadata that it requires isn't worth reporting.
  return problems.length > 0 ? problems : dependentMetadataProblems(metadata, grantTypes);
};
