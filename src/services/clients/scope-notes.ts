import { type Config, openidScopes, type ResourceConfig } from '#config';
import { mayReadUserinfo } from '../../provider/scopes/api-and-userinfo.ts';
import type { ClientMetadata } from './client.ts';
import { grantTypesOf } from './grant-types-of.ts';

const cibaGrant = 'urn:openid:params:grant-type:ciba';

type Settings = Pick<Config, 'claims' | 'resources'>;

const wordsOf = (text: string | undefined): readonly string[] =>
  (text ?? '').split(' ').filter((word) => word !== '');

const textsOf = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? value.map(String) : undefined;

interface Registration {
  /** The APIs that a request of the client may mean without naming one. */
  readonly own: readonly ResourceConfig[];
  /** The scopes of APIs that the client may use. */
  readonly apiScopes: readonly string[];
}

const registrationOf = ({ claims, resources }: Settings, metadata: ClientMetadata): Registration => {
  const named = textsOf(metadata['resources']);
  const identityScopes = new Set([...openidScopes, ...Object.keys(claims)]);
  return {
    own: resources.filter((resource) =>
      named === undefined ? resource.default === true : named.includes(resource.audience),
    ),
    apiScopes: wordsOf(metadata.scope).filter((scope) => !identityScopes.has(scope)),
  };
};

/** The scopes that a request gets only if it names their API. */
export const foreignScopes = (
  settings: Settings,
  metadata: ClientMetadata,
): readonly { readonly scope: string; readonly api: string }[] => {
  if (metadata.issuer_tokens === true) return [];
  const { own, apiScopes } = registrationOf(settings, metadata);
  return apiScopes.flatMap((scope) => {
    if (own.some((resource) => resource.scopes.includes(scope))) return [];
    const api = settings.resources.find((resource) => resource.scopes.includes(scope))?.audience;
    return api === undefined ? [] : [{ scope, api }];
  });
};

/** Tells the operator which scopes of APIs a request of the client gets only if it says more, or not at all. */
export const scopeNotes = (settings: Settings, metadata: ClientMetadata): readonly string[] => {
  if (metadata.issuer_tokens === true) return [];
  const { own, apiScopes } = registrationOf(settings, metadata);
  const scopes = wordsOf(metadata.scope);
  const ofOwn = apiScopes.filter((scope) => own.some((resource) => resource.scopes.includes(scope)));
  const needsSeveral =
    ofOwn.length > 0 && !own.some((resource) => ofOwn.every((scope) => resource.scopes.includes(scope)));
  const isForPeople = grantTypesOf(metadata).some((type) => type !== 'client_credentials');
  const hasOpenid = metadata.scope === undefined || scopes.includes('openid');
  const signsIn = isForPeople && hasOpenid;
  const apart = signsIn ? own.filter((resource) => !mayReadUserinfo(resource, metadata)) : [];
  return [
    ...(isForPeople && !hasOpenid
      ? ['The scope has no openid: the client gets no ID token, and nothing at /userinfo.']
      : []),
    ...(grantTypesOf(metadata).includes(cibaGrant) && !hasOpenid
      ? [
          `Each request of ${cibaGrant} needs openid (OpenID Connect CIBA §7.1), so the client can't make any: add openid to its scope.`,
        ]
      : []),
    ...foreignScopes(settings, metadata).map(
      ({ scope, api }) =>
        `${scope} is a scope of ${api}: a request gets it only if it names that API (resource=${api}), or if the client has the API among its resources.`,
    ),
    ...(needsSeveral
      ? [
          `${ofOwn.join(' ')} are scopes of several APIs. A token is for one API, and a request that names none gets the scopes of one.`,
        ]
      : []),
    ...apart
      .filter((resource) => resource.scopes.length > 0)
      .map(
        ({ audience }) =>
          `A request with openid that doesn't name ${audience} gets a token for /userinfo, without the scopes of that API: ${
            metadata.profile === 'fapi2'
              ? 'clients of the profile fapi2 have a token for each'
              : 'the resource has userinfo: false'
          }.`,
      ),
  ];
};
