/**
 * Owns how strong a sign-in has to be: what `acr` a request asks for, whether the session reaches it, and what is told
 * to the client (OpenID Connect Core §5.5.1.1, RFC 9470). Not signing in itself, which it may ask for again.
 */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Feature } from '../../feature.ts';
import type { AuthenticationLevels } from '../../services/authentication-levels/index.ts';
import { acrRequestOf } from '../../services/authentication-levels/index.ts';

export const stepUp = (levels: AuthenticationLevels): Feature => ({
  name: 'step-up',
  provider: {
    attach(provider: Provider) {
      // A stronger sign-in than was asked for is told as what was asked for: clients compare values, not strengths.
      Object.defineProperty(provider.OIDCContext.prototype, 'acr', {
        configurable: true,
        get(this: KoaContextWithOIDC['oidc']) {
          const acr = this.session?.acr;
          return levels.reportedAs(acr, acrRequestOf(this).values);
        },
      });
    },
  },
});
