import { type Config, openidScopes } from '#config';
import { mayReadUserinfo } from '../../provider/scopes/api-and-userinfo.ts';
import type { ClientMetadata } from './client.ts';
import { grantTypesOf } from './grant-types-of.ts';

const wordsOf = (text: string | undefined): readonly string[] =>
  (text ?? '').split(' ').filter((word) => word !== '');

const textsOf = (value: unknown): readonly string[] | undefined =>
  Array.isArray(value) ? value.map(String) : undefined;

/** Tells the operator which scopes of APIs a request of the client gets only if it says more, or not at all. */
export const scopeNotes = (
  { claims, resources }: Pick<Config, 'claims' | 'resources'>,
  metadata: ClientMetadata,
): readonly string[] => {
  if (metadata.issuer_tokens === true) return [];
  const named = textsOf(metadata['resources']);
  const own = resources.filter((resource) =>
    named === undefined ? resource.default === true : named.includes(resource.audience),
  );
  const scopes = wordsOf(metadata.scope);
  const identityScopes = new Set([...openidScopes, ...Object.keys(claims)]);
  const apiScopes = scopes.filter((scope) => !identityScopes.has(scope));
  const foreign = apiScopes.flatMap((scope) => {
    if (own.some((resource) => resource.scopes.includes(scope))) return [];
    const api = resources.find((resource) => resource.scopes.includes(scope))?.audience;
    return api === undefined ? [] : [{ scope, api }];
  });
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
    ...foreign.map(
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
