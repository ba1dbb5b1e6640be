import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { adminAudience, type Config } from '#config';
import { createLiveTokenFinder, type LiveToken } from '../../provider/access-tokens/jwt-access-tokens.ts';
import { plainAudiences } from '../../provider/access-tokens/plain-audiences.ts';
import { getClientCertificate } from '../../provider/clients/client-certificate.ts';
import { isOfFormerClient, mayUseScope } from '../../provider/clients/client-limits.ts';
import type { Engine } from '../../provider/engine.ts';
import { upstreamAuthTime } from '../../provider/sessions/upstream-auth-time.ts';
import type { StrengthOf } from '../../services/account-pages/index.ts';
import { type Account, type Accounts, isSignInCurrent } from '../../services/accounts/index.ts';
import {
  type Administrator,
  createIsAdminClient,
  permissionsOfRole,
  permissionsOfScopes,
  roleOf,
  StepUpRequired,
} from '../../services/administration/index.ts';
import type { AuthenticationLevels } from '../../services/authentication-levels/index.ts';
import type { ClientMetadata, Clients } from '../../services/clients/index.ts';
import type { Keys } from '../../services/keys/index.ts';
import type { Clock, Store } from '../../store/port.ts';
import { createVerifyProof } from './dpop-proof.ts';
import { TokenRefused } from './token-refused.ts';

interface Dependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly keys: Pick<Keys, 'current'>;
  readonly accounts: Pick<Accounts, 'find' | 'requirementsOf'>;
  readonly clients: Pick<Clients, 'find' | 'isStopped'>;
  readonly levels: AuthenticationLevels;
  readonly strengthOf: StrengthOf;
  readonly engine: () => Engine;
}

/** Who sent a request. */
export interface Caller {
  readonly by: Administrator;
  /** Finds out again. What the token is bound to is proved once, because a proof counts once. */
  readonly findAgain: () => Promise<Administrator>;
}

type Claims = LiveToken['claims'];
type Binding = 'bound' | 'bearer';
type Find = ReturnType<typeof createLiveTokenFinder>;
type KeySet = ReturnType<Keys['current']>;

const credentials = /^(?<scheme>Bearer|DPoP) (?<token>[A-Za-z0-9._~+/-]+=*)$/i;

const missing = (): TokenRefused =>
  new TokenRefused({
    code: 'invalid_token',
    isMissing: true,
    message: 'Send an access token for this API: Authorization: Bearer, or DPoP with a proof.',
  });

const invalid = (message = 'The access token is not valid here, or not any more.'): TokenRefused =>
  new TokenRefused({ code: 'invalid_token', message });

const thumbprintOf = (certificate: { readonly raw: Buffer }): string =>
  createHash('sha256').update(certificate.raw).digest('base64url');

/**
 * Finds out who asks, from the access token of the request: its signature, audience, life and binding, then the client
 * and the person as they are now. Fewer permissions take effect with the next request, whatever the token says.
 */
export const createAuthenticate = (dependencies: Dependencies) => {
  const { config, store, keys, accounts, clients, levels, strengthOf } = dependencies;
  const audience = adminAudience(config);
  const isAdminClient = createIsAdminClient(config);
  const verifyProof = createVerifyProof(dependencies);
  const finders = new WeakMap<KeySet, Find>();

  const findToken = (token: string): Promise<LiveToken | undefined> => {
    const current = keys.current();
    let find = finders.get(current);
    if (find === undefined) {
      find = createLiveTokenFinder({
        publicKeys: { keys: [...current.publicJwks.keys] },
        issuer: config.issuer,
        plainAudiences: plainAudiences(config),
        store,
      });
      finders.set(current, find);
    }
    return find(undefined, token);
  };

  /** A token that is bound is of no use to anyone without the key, also not as a bearer token. */
  const checkBinding = async (
    raw: IncomingMessage,
    scheme: string,
    token: string,
    { cnf = {} }: Claims,
  ): Promise<Binding> => {
    const { jkt: thumbprint, 'x5t#S256': certificateThumbprint } = cnf;
    const isDpop = scheme.toLowerCase() === 'dpop';
    if (isDpop !== (thumbprint !== undefined))
      throw invalid(
        isDpop ? 'The token is bound to no key.' : 'The token is bound to a key: send it as DPoP.',
      );
    if (thumbprint !== undefined) await verifyProof({ raw, token, thumbprint });
    if (certificateThumbprint !== undefined) {
      const sent = getClientCertificate(raw);
      if (!sent || thumbprintOf(sent.certificate) !== certificateThumbprint)
        throw invalid('The token is bound to another client certificate.');
    }
    return thumbprint === undefined && certificateThumbprint === undefined ? 'bearer' : 'bound';
  };

  /** The operator may have taken the API out of the list since. */
  const findListedClient = async (id: string, { iat }: Claims): Promise<ClientMetadata> => {
    const client = await clients.find(id);
    if (clients.isStopped(id)) throw invalid('The client is stopped.');
    if (isOfFormerClient(client, iat)) throw invalid('The client was deleted, and added again since.');
    if (client === undefined || !isAdminClient(client))
      throw invalid('The client may not use this API: list the API in its resources.');
    return client;
  };

  const findPerson = async (id: string, { auth_time: signedInAt }: Claims): Promise<Account> => {
    const account = await accounts.find(id);
    const signIn = { signedInAt: signedInAt ?? 0, endsWithSignIn: true };
    if (!account?.enabled || signedInAt === undefined || !isSignInCurrent(account, signIn)) throw invalid();
    if (accounts.requirementsOf(account).length > 0)
      throw invalid('The person has something to do at the next sign-in, as choosing another password.');
    return account;
  };

  /**
   * A sign-in that skipped a factor of the account counts as no recent one, as in the console, and so does one of unknown
   * time.
   */
  const signedInAtOf = async (
    account: Account,
    { amr = [], auth_time: saidAt = 0, [upstreamAuthTime]: signedInAt = saidAt }: Claims,
  ): Promise<number> => {
    const strength = await strengthOf(account);
    return strength.isReachedBy({ amr }) ? signedInAt : 0;
  };

  const requireLevel = (acr: unknown): void => {
    const { required_acr: required } = config.admin;
    if (required === undefined || (typeof acr === 'string' && levels.reaches(acr, [required]))) return;
    throw new StepUpRequired({ acr: required });
  };

  const administratorOf = async (
    { ip: address, id: correlation }: FastifyRequest,
    token: string,
    bindingOf: (claims: Claims) => Promise<Binding>,
  ): Promise<Administrator> => {
    const found = token === '' ? undefined : await findToken(token);
    if (!found || found.claims.aud !== audience) throw invalid();
    const { claims, grant } = found;
    const clientId = claims.client_id ?? '';
    const binding = await bindingOf(claims);
    const client = await findListedClient(clientId, claims);
    const scopes = (claims.scope ?? '').split(' ').filter((scope) => mayUseScope(client, scope));
    const ofScopes = permissionsOfScopes(scopes);
    const request = { address, correlation };
    if (grant === undefined) {
      if (binding === 'bearer' && !config.admin.bearer_tokens)
        throw invalid('A client acts here with a token that is bound: use DPoP or a client certificate.');
      return { kind: 'client', id: clientId, permissions: ofScopes, ...request };
    }
    const account = await findPerson(grant.accountId ?? claims.sub ?? '', claims);
    const role = roleOf(config.admin, account);
    const ofRole = role === undefined ? new Set() : permissionsOfRole(role);
    requireLevel(claims['acr']);
    return {
      kind: 'person',
      id: account.id,
      client: clientId,
      ...(role !== undefined && { role }),
      permissions: new Set([...ofScopes].filter((permission) => ofRole.has(permission))),
      signedInAt: await signedInAtOf(account, claims),
      ...request,
    };
  };

  return async (request: FastifyRequest): Promise<Caller> => {
    const { raw } = request;
    const { authorization } = raw.headers;
    if (authorization === undefined) throw missing();
    const { scheme = '', token = '' } = credentials.exec(authorization)?.groups ?? {};
    let binding: Binding | undefined;
    const bindingOf = async (claims: Claims): Promise<Binding> => {
      binding ??= await checkBinding(raw, scheme, token, claims);
      return binding;
    };
    const find = (): Promise<Administrator> => administratorOf(request, token, bindingOf);
    return { by: await find(), findAgain: find };
  };
};
