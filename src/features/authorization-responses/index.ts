/**
 * Owns how a response of the authorization endpoint reaches the client: as a form that submits itself (OAuth 2.0 Form
 * Post Response Mode), as a signed JWT (JARM), and, for errors, with `error_uri`; and that an error of a client that
 * registered itself waits for the person (held-back-errors.ts). The engine owns its content.
 */
import type { Feature } from '../../feature.ts';
import type { ResponseDependencies } from './dependencies.ts';
import { respondByFormPost } from './form-post.ts';
import { holdBackErrors } from './held-back-errors.ts';

export const authorizationResponses = (dependencies: ResponseDependencies): Feature => ({
  name: 'authorization-responses',
  provider: {
    settings: { features: { jwtResponseModes: { enabled: true } } },
    overrides: {
      responseModes: {
        formPost: respondByFormPost(dependencies.pages),
        holdBack: holdBackErrors(dependencies),
      },
    },
  },
});
