import { Provider } from 'oidc-provider';
import { getRequestContext } from '../request-context.ts';

interface TokenWithFormat {
  resourceServer?: unknown;
  claims?: { userinfo?: unknown };
  generateTokenId(): string;
}

/** The JSON door answers JWTs only. */
const isJsonTokenRequest = (): boolean =>
  Provider.ctx !== undefined && getRequestContext(Provider.ctx.req).endpoint === 'json';

/**
 * A token without a resource is for `/userinfo`, and a JWT as well, its audience the issuer. One that carries a
 * request for single claims stays opaque, for those have no place in it.
 */
export const signUserinfoTokens = (provider: Provider, algorithm: string): void => {
  for (const model of [provider.AccessToken, provider.ClientCredentials]) {
    // `generateTokenId` is left out of the engine's types.
    const prototype = model.prototype as unknown as TokenWithFormat;
    const original = prototype.generateTokenId;
    prototype.generateTokenId = function (this: TokenWithFormat) {
      if (!this.resourceServer && (!this.claims?.userinfo || isJsonTokenRequest())) {
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
