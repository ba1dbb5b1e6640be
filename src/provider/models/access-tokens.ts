import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { Provider } from 'oidc-provider';
import { currentWork } from '../../store/current-work.ts';
import type { Store } from '../../store/port.ts';
import { UnitOfWork } from '../../store/unit-of-work.ts';
import { digestOf, familyOf, grantKeyOf, keyOf } from '../storage/ids.ts';
import { decodePayload } from '../storage/payload.ts';

type AccessToken = InstanceType<Provider['AccessToken']>;

interface Formatted {
  resourceServer?: unknown;
  claims?: { userinfo?: unknown };
  generateTokenId(): string;
}

/**
 * A token without a resource is for `/userinfo`, and a JWT as well, its audience the issuer. One that carries a
 * request for single claims stays opaque, for those have no place in it.
 */
export const signTokensOfUserinfo = (provider: Provider, algorithm: string): void => {
  for (const model of [provider.AccessToken, provider.ClientCredentials]) {
    // `generateTokenId` is left out of the engine's types.
    const prototype = model.prototype as unknown as Formatted;
    const original = prototype.generateTokenId;
    prototype.generateTokenId = function (this: Formatted) {
      if (!this.resourceServer && !this.claims?.userinfo) {
        this.resourceServer = new provider.ResourceServer(provider.issuer, {
          scope: '',
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: algorithm as 'ES256' } },
        });
      }
      return original.call(this);
    };
  }
};

const structured = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/** A signed token lives until it expires, its own mark says otherwise, or its grant is gone. */
export const findSignedTokens = (provider: Provider, publicKeys: JSONWebKeySet, store: Store): void => {
  const keys = createLocalJWKSet(publicKeys);
  const find = provider.AccessToken.find.bind(provider.AccessToken);
  const read = async (value: string): Promise<AccessToken | undefined> => {
    const claims = await verified(value, keys, provider.issuer);
    if (!claims?.jti) return undefined;
    const grantId = await liveGrantOf(claims.jti, store);
    if (!grantId) return undefined;
    const { jti, sub, client_id, scope, aud, iat, exp, cnf, ...rest } = claims as Claims;
    const forUserinfo = aud === provider.issuer && Provider.ctx?.oidc.route === 'userinfo';
    return new provider.AccessToken({
      jti,
      accountId: grantId.accountId ?? sub,
      clientId: client_id,
      scope,
      iat,
      exp,
      grantId: grantId.id,
      ...(!forUserinfo && { aud }),
      ...(cnf?.jkt && { jkt: cnf.jkt }),
      ...(cnf?.['x5t#S256'] && { 'x5t#S256': cnf['x5t#S256'] }),
      extra: omit(rest, ['iss', 'authorization_details']),
      ...(rest['authorization_details'] !== undefined && { rar: rest['authorization_details'] }),
      // The constructor takes every property that the model keeps; its type wants those of a new token.
    } as unknown as ConstructorParameters<typeof provider.AccessToken>[0]);
  };
  provider.AccessToken.find = (async (value: string, options?: object) =>
    structured.test(value) ? read(value) : find(value, options)) as typeof provider.AccessToken.find;
};

interface Claims extends JWTPayload {
  client_id?: string;
  scope?: string;
  cnf?: { jkt?: string; 'x5t#S256'?: string };
}

const verified = async (value: string, keys: ReturnType<typeof createLocalJWKSet>, issuer: string) => {
  try {
    return (await jwtVerify(value, keys, { issuer, typ: 'at+jwt' })).payload;
  } catch {
    return undefined;
  }
};

/** Left behind when one signed token is revoked by itself. */
export const revokedKeyOf = (jti: string) => ({ kind: 'rv', family: familyOf(jti), id: digestOf(jti) });

const liveGrantOf = async (jti: string, store: Store) => {
  if (!keyOf('AccessToken', jti)) return undefined;
  const work = currentWork() ?? new UnitOfWork(store);
  const revoked = await work.read(revokedKeyOf(jti), [grantKeyOf(jti)]);
  const grant = revoked ? undefined : await work.read(grantKeyOf(jti));
  const payload = grant && decodePayload(grant.body);
  return payload?.jti ? { id: payload.jti, accountId: payload.accountId } : undefined;
};

const omit = (from: Readonly<Record<string, unknown>>, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(Object.entries(from).filter(([name]) => !names.includes(name)));
