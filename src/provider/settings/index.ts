import type { Configuration } from 'oidc-provider';
import { adminAudience, type Config } from '#config';
import type { AdditionalClaims } from '../claims/additional-claims.ts';
import { createHiddenClaimsOfJwts } from '../claims/claims-for-apis.ts';
import { createResourceClaims } from '../claims/resource-claims.ts';
import type { Fragment } from '../compose-settings.ts';
import type { GrantType } from '../grant-types.ts';
import type { GroupsOf } from '../scopes/member-scopes.ts';
import { createReadAuthentication } from './authentication.ts';
import { claims } from './claims.ts';
import { clients } from './clients.ts';
import { cookies } from './cookies.ts';
import { cryptography } from './cryptography.ts';
import { endpoints } from './endpoints.ts';
import { lifetimes } from './lifetimes.ts';
import { pkce } from './pkce.ts';
import { requestSize } from './request-size.ts';
import { resources } from './resources.ts';
import { tokens } from './tokens.ts';

/** The settings of the engine that belong to no feature. */
export const baseSettings = (
  config: Config,
  keys: { readonly cookieKeys: readonly string[]; readonly algorithms: readonly string[] },
  grantTypes: readonly GrantType[],
  {
    groupsOf,
    operatorClaims,
  }: { readonly groupsOf: GroupsOf; readonly operatorClaims: AdditionalClaims | undefined },
): readonly Fragment<Configuration>[] => [
  { owner: 'settings/endpoints', settings: endpoints(config) },
  { owner: 'settings/cookies', settings: cookies(config, keys.cookieKeys) },
  { owner: 'settings/cryptography', settings: cryptography(keys.algorithms) },
  { owner: 'settings/lifetimes', settings: lifetimes(config) },
  {
    owner: 'settings/tokens',
    settings: tokens(
      createReadAuthentication(grantTypes),
      createResourceClaims(config),
      createHiddenClaimsOfJwts(config),
      operatorClaims,
      adminAudience(config),
    ),
  },
  { owner: 'settings/clients', settings: clients(config) },
  { owner: 'settings/pkce', settings: pkce(config) },
  { owner: 'settings/request-size', settings: requestSize },
  { owner: 'settings/resources', settings: resources(config, groupsOf) },
  { owner: 'settings/claims', settings: claims(config) },
];
