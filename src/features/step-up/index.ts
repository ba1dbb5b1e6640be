/**
 * Owns how strong a sign-in has to be: what `acr` a request asks for, whether the session reaches it, and what is told
 * to the client (OpenID Connect Core §5.5.1.1, RFC 9470). Not signing in itself, which it may ask for again.
 */
import type { Feature } from '../../feature.ts';
import type { AuthenticationLevels } from '../../services/authentication-levels/index.ts';
import { acrRequestOf } from '../../services/authentication-levels/index.ts';

export const stepUp = (levels: AuthenticationLevels): Feature => ({
  name: 'step-up',
  provider: {
    overrides: {
      contextAcr: {
        reported: (context) => levels.reportedAs(context.session?.acr, acrRequestOf(context).values),
      },
    },
  },
});
