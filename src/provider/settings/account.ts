import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { hasAccess, noAccess } from '../access.ts';
import { type AdditionalClaims, additionalClaims } from '../claims/additional-claims.ts';
import { type ClaimMapping, mapClaims } from '../claims/claim-mapping.ts';
import type { IsReleased } from '../claims/claim-release.ts';
import { describeAccount, describeClient } from '../claims/claims-context.ts';
import type { EngineAccount, SignInTime } from '../engine-account.ts';
import type { EngineClient } from '../engine-types.ts';
import { getUnitOfWork } from '../request-context.ts';
import { consentKey } from '../sessions/consent-key.ts';
import { grantKey } from '../storage/ids.ts';
import type { ReadAuthentication } from './authentication.ts';
import { refuseUnprotectedCode } from './pkce.ts';

interface FoundAccount {
  readonly accountId: string;
  readonly groups: readonly string[];
  required(): readonly string[];
  isSignInCurrent(signIn: SignInTime): boolean;
  claims(use: string, scope: string): { readonly sub: string; readonly [name: string]: unknown };
}

interface AccountSource {
  /** Undefined when the account is unknown or disabled, or when the sign-in doesn't count any more. */
  forEngine(id: string, signIn?: SignInTime): Promise<FoundAccount | undefined>;
}

const personalOf = (account: FoundAccount): ReturnType<EngineAccount['readPersonal']> => {
  const { sub: _, ...personal } = account.claims('', '');
  return personal;
};

/** The grant, and what the person has allowed, are read right after the account. Reading all at once saves a round trip. */
const prefetchGrant = (ctx: KoaContextWithOIDC, account: string): Promise<unknown> | undefined => {
  const { client, result, session } = ctx.oidc;
  if (!client || !session) return undefined;
  const grantId = result?.consent?.grantId ?? session.authorizations?.[client.clientId]?.grantId;
  const isAsked = client['first_party'] !== true;
  const keys = [
    ...(grantId === undefined ? [] : [grantKey(grantId)]),
    ...(isAsked ? [consentKey(account, client.clientId)] : []),
  ];
  const work = getUnitOfWork(ctx);
  return Promise.all(keys.map((key) => work.read(key)));
};

/** What a code or token says about the sign-in that it comes from. */
interface SignedInToken {
  readonly iat?: number | undefined;
  readonly authTime?: number | undefined;
  readonly expiresWithSession?: boolean | undefined;
  readonly kind?: string | undefined;
  /** The grants that it comes from, separated by spaces. Tokens for APIs don't have it: they don't live long. */
  readonly gty?: string | undefined;
  readonly scope?: string | undefined;
  readonly extra?: { readonly auth_time?: unknown } | undefined;
}

/**
 * What a request by CIBA gives isn't bound to the session in which the person approved it: the engine binds a token to a
 * session by the grant of the client in it. Without `offline_access` it ends with the sign-in all the same.
 */
const isUnboundSignIn = ({ kind, gty = '', scope = '' }: SignedInToken): boolean =>
  (kind === 'BackchannelAuthenticationRequest' || gty.split(' ').includes('ciba')) &&
  !scope.split(' ').includes('offline_access');

/** A token that doesn't say when the person signed in is no older than its issue. */
export const signInOf = (token: SignedInToken): SignInTime => ({
  signedInAt: Number(token.authTime ?? token.extra?.auth_time ?? token.iat ?? 0),
  endsWithSignIn: token.expiresWithSession === true || isUnboundSignIn(token),
});

/** RFC 9068 §5: APIs could take a token of this person for one that the client got for itself. */
const subjectIsClient = (): Error =>
  new errors.AccessDenied('the account has the id of this client as its sub, so it can not be used with it');

interface AccountDependencies {
  readonly accounts: AccountSource;
  readonly assuranceClaim: string | null;
  readonly readAuthentication: ReadAuthentication;
  readonly isReleased: IsReleased;
  readonly operatorClaims: AdditionalClaims | undefined;
  /** The claims of a person that the table of a client may decide by. */
  readonly mappable: (personal: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
}

const isLimited = (client: EngineClient | undefined): client is EngineClient =>
  client?.['allowed_groups'] !== undefined;

/** The engine types what it doesn't know about a client as unknown. The table was checked with the client. */
const mappingOf = (client: EngineClient | undefined): ClaimMapping | undefined =>
  client?.['claims'] as ClaimMapping | undefined;

interface IdTokenRequest {
  /** The scopes of the code or token, separated by spaces. */
  readonly scope: string;
  /** What the parameter `claims` requests for ID tokens (OpenID Connect Core §5.5). */
  readonly requested: object;
}

/**
 * Whether the ID tokens of a client have a personal claim that it may receive. They have those that the `claims` parameter
 * or the operator names, and groups, because many applications read groups nowhere else.
 */
export const isForIdToken = (
  client: Readonly<Record<string, unknown>>,
  name: string,
  { scope, requested }: IdTokenRequest,
): boolean => {
  const wanted = client['id_token_claims'];
  return (
    wanted === 'all' ||
    Object.hasOwn(requested, name) ||
    (name === 'groups' && scope.split(' ').includes('groups')) ||
    (Array.isArray(wanted) && wanted.includes(name))
  );
};

/**
 * Every personal claim that a client receives passes here. ID tokens have technical claims, and those that the `claims`
 * parameter requests for them (OpenID Connect Core §5.5), and groups, because many applications read those nowhere else;
 * `/userinfo` has the others. The operator can set `id_token_claims` of a client to put all or some of them into its ID
 * tokens.
 */
export const findAccount =
  ({
    accounts,
    assuranceClaim,
    readAuthentication,
    isReleased,
    operatorClaims,
    mappable,
  }: AccountDependencies): NonNullable<Configuration['findAccount']> =>
  async (ctx, id, token) => {
    if (token?.kind === 'AuthorizationCode' && token.codeChallenge === undefined) refuseUnprotectedCode(ctx);
    const signIn = token && signInOf(token);
    const [account] = await Promise.all([accounts.forEngine(id, signIn), prefetchGrant(ctx, id)]);
    if (!account) return undefined;
    if (account.accountId === ctx.oidc.client?.clientId) throw subjectIsClient();
    // Without a token it is a person in a browser, who sees a page (features/access).
    if (token !== undefined && isLimited(ctx.oidc.client) && !hasAccess(ctx.oidc.client, account.groups)) {
      if (token.kind === 'AccessToken') return undefined;
      throw noAccess();
    }
    return {
      accountId: account.accountId,
      groups: account.groups,
      required: account.required,
      isSignInCurrent: account.isSignInCurrent,
      // No getter: V8 makes a hidden class for each object with a getter of its own, which holds the whole request.
      readPersonal: () => personalOf(account),
      claims: async (use: string, scope: string, requested: object) => {
        const { client } = ctx.oidc;
        const personal = personalOf(account);
        const isForThis = (name: string): boolean =>
          use !== 'id_token' || (client !== undefined && isForIdToken(client, name, { scope, requested }));
        const mapping = mappingOf(client);
        const level =
          use === 'id_token' && assuranceClaim !== null ? readAuthentication(ctx)?.acr : undefined;
        return {
          sub: account.accountId,
          ...Object.fromEntries(
            Object.entries(personal).filter(
              ([name]) => client && isForThis(name) && isReleased(client, name),
            ),
          ),
          ...(assuranceClaim !== null && level !== undefined && { [assuranceClaim]: level }),
          [additionalClaims]: {
            ...(mapping && mapClaims(mapping, mappable(personal))),
            ...(client &&
              operatorClaims &&
              (await operatorClaims(() => ({
                use: use === 'id_token' ? 'id_token' : 'userinfo',
                account: describeAccount(account.accountId, account.groups, personal),
                client: describeClient(client),
                scopes: scope.split(' '),
              })))),
          },
        };
      },
    } satisfies EngineAccount & { claims: unknown };
  };
