import type { Config, ResourceConfig } from '#config';
import { exitCode, Failure } from '../../errors.ts';
import { hasAccess } from '../../provider/access.ts';
import type { AdditionalClaims } from '../../provider/claims/additional-claims.ts';
import { mayReadUserinfo } from '../../provider/scopes/api-and-userinfo.ts';
import { createAssumedResource } from '../../provider/settings/assumed-resource.ts';
import { createClientScopes, type ResourceDecision } from '../../provider/settings/client-scopes.ts';
import type { Account } from '../accounts/index.ts';
import type { ClientMetadata } from '../clients/index.ts';
import { type ClaimDecision, decideClaims } from './claims.ts';
import { decideScopes, requestableScopes, type ScopeDecision } from './scopes.ts';

interface PreviewRequest {
  readonly client: ClientMetadata;
  /** The client described itself, so some APIs aren't for it. */
  readonly isSelfRegistered: boolean;
  readonly account: Account;
  /** Absent: everything that the client may request. */
  readonly scopes?: readonly string[];
  /** The API of the access token; absent: the one that the client gets tokens for when it names none. */
  readonly resource?: string;
}

type Claims = Readonly<Record<string, unknown>>;

export interface Preview {
  readonly access: { readonly allowed: boolean; readonly why: string };
  /** The API that the request names or means. One that isn't allowed gives the error, and nothing is granted. */
  readonly api?: ResourceDecision & { readonly audience: string; readonly error?: 'invalid_target' };
  readonly scopes: readonly ScopeDecision[];
  readonly claims: readonly ClaimDecision[];
  /** Absent when the person would get nothing, or for an ID token without the scope `openid`. */
  readonly idToken?: Claims;
  readonly userinfo?: Claims;
  readonly accessToken?: Claims;
}

const decideAccess = ({ client, account }: PreviewRequest): Preview['access'] => {
  if (!account.enabled) return { allowed: false, why: 'the account is disabled' };
  if (account.id === client.client_id)
    return { allowed: false, why: 'the account has the id of this client as its sub' };
  const allowed: unknown = client['allowed_groups'];
  if (!Array.isArray(allowed)) return { allowed: true, why: 'the client has no allowed_groups' };
  const names = allowed.map(String);
  if (!hasAccess(client, account.groups))
    return { allowed: false, why: `the client is for members of ${names.join(', ')} (allowed_groups)` };
  const groups = names.filter((name) => account.groups.includes(name));
  return { allowed: true, why: `member of ${groups.join(', ')} (allowed_groups)` };
};

const namedResource = (config: Config, resource: string): ResourceConfig => {
  const named = config.resources.find(({ audience }) => audience === resource);
  if (named) return named;
  throw new Failure({
    code: 'resource_not_found',
    message: `There is no resource ${resource}; \`resources\` of the configuration lists them.`,
    status: 404,
    exit: exitCode.notFound,
  });
};

const assumedResource = (
  config: Config,
  client: Readonly<Record<string, unknown>>,
  scopes: readonly string[],
): ResourceConfig | undefined => {
  const { assumedOf, assume } = createAssumedResource(config);
  const assumed = assume(assumedOf(client), scopes);
  return config.resources.find(({ audience }) => audience === assumed);
};

/** The request names the API, or means the one that the client has without naming it. */
const decideApi = (
  config: Config,
  request: PreviewRequest,
  client: Readonly<Record<string, unknown>>,
): Pick<Preview, 'api'> & { readonly resource?: ResourceConfig } => {
  const { resource: named, scopes = [] } = request;
  const resource =
    named === undefined ? assumedResource(config, client, scopes) : namedResource(config, named);
  if (!resource) return {};
  const decision = createClientScopes(config).decideResource(resource, client);
  if (decision.allowed) return { resource, api: { audience: resource.audience, ...decision } };
  if (named === undefined) return {};
  return { resource, api: { audience: resource.audience, ...decision, error: 'invalid_target' } };
};

export const createPreview =
  (config: Config, operatorClaims: AdditionalClaims | undefined) =>
  async (request: PreviewRequest): Promise<Preview> => {
    const access = decideAccess(request);
    const { account } = request;
    const client: ClientMetadata = { ...request.client, from_registration: request.isSelfRegistered };
    const { resource, api } = decideApi(config, request, client);
    if (api?.error !== undefined) return { access, api, scopes: [], claims: [] };
    const requested = request.scopes ?? requestableScopes(config, client, resource);
    const scopes = decideScopes(config, client, account, { requested, resource });
    const decided = { access, ...(api && { api }), scopes };
    if (!access.allowed) return { ...decided, claims: [] };
    const grantedScopes = scopes.filter(({ granted }) => granted).map(({ scope }) => scope);
    const personal: Claims = { groups: account.groups, ...account.claims };
    const { idToken, userinfo, accessToken, decisions } = decideClaims({
      config,
      client,
      personal,
      grantedScopes,
      resource,
    });
    const hasOpenid = grantedScopes.includes('openid');
    // Pairwise subjects need the salt of the server, which only the engine has.
    const sub = client['subject_type'] === 'pairwise' ? '(pairwise)' : account.id;
    const ofApi = grantedScopes.filter((scope) => resource?.scopes.includes(scope));
    // Without `resource`, a sign-in gets a token for `/userinfo`, which is for the API as well if both allow it.
    const isAssumed = request.resource === undefined && hasOpenid;
    const isShared =
      isAssumed && resource !== undefined && ofApi.length > 0 && mayReadUserinfo(resource, client);
    const tokenApi = !isAssumed || isShared ? resource : undefined;
    const tokenScopes = isShared
      ? [...grantedScopes.filter((scope) => !ofApi.includes(scope)), ...ofApi]
      : ofApi;
    const { client_name: name } = request.client;
    const added = (use: 'id_token' | 'userinfo' | 'access_token', forScopes: readonly string[]) =>
      operatorClaims?.(() => ({
        use,
        account: { sub: account.id, groups: account.groups, claims: account.claims },
        client: { id: client.client_id, ...(name !== undefined && { name }) },
        scopes: forScopes,
        ...(use === 'access_token' && tokenApi && { audience: tokenApi.audience }),
      }));
    return {
      ...decided,
      claims: decisions,
      ...(hasOpenid && {
        idToken: {
          iss: config.issuer,
          aud: client.client_id,
          sub,
          ...idToken,
          ...(await added('id_token', grantedScopes)),
        },
        userinfo: { sub, ...userinfo, ...(await added('userinfo', grantedScopes)) },
      }),
      ...(tokenApi && {
        accessToken: {
          iss: config.issuer,
          aud: isShared ? [tokenApi.audience, config.issuer] : tokenApi.audience,
          client_id: client.client_id,
          sub,
          scope: tokenScopes.join(' '),
          ...accessToken,
          ...(await added('access_token', tokenScopes)),
        },
      }),
    };
  };
