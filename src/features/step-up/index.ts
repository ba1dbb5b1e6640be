/**
 * Owns which `acr` a token reports after a sign-in (OpenID Connect Core §5.5.1.1, RFC 9470): the strongest requested
 * value that the session reaches. The levels, and the check that asks for a stronger sign-in, belong to
 * services/authentication-levels.
 */
import type { Feature } from '../../feature.ts';
import { type AuthenticationLevels, acrRequestOf } from '../../services/authentication-levels/index.ts';

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
