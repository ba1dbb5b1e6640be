import { Provider } from 'oidc-provider';
import { factsOf } from '../facts.ts';

interface Formatted {
  resourceServer?: unknown;
  claims?: { userinfo?: unknown };
  generateTokenId(): string;
}

/** The JSON door answers JWTs only. */
const mustBeSigned = (): boolean => Provider.ctx !== undefined && factsOf(Provider.ctx.req).door === 'json';

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
      if (!this.resourceServer && (!this.claims?.userinfo || mustBeSigned())) {
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
