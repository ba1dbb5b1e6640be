/**
 * Owns how a response of the authorization endpoint reaches the client: as a form that submits itself (OAuth 2.0 Form
 * Post Response Mode), as a signed JWT (JARM), and, for errors, with `error_uri`. The engine owns its content.
 */
import type { Feature } from '../../feature.ts';
import type { Pages } from '../../http/pages/pages.ts';
import { respondByFormPost } from './form-post.ts';

export const authorizationResponses = (pages: Pages): Feature => ({
  name: 'authorization-responses',
  provider: {
    settings: { features: { jwtResponseModes: { enabled: true } } },
    overrides: { responseModes: { formPost: respondByFormPost(pages) } },
  },
});
