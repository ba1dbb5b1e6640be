import type { ServerResponse } from 'node:http';

/** For answers that are data or a redirect. Pages that the engine shows set a policy of their own. */
export const setEngineHeaders = (response: ServerResponse, correlation: string): void => {
  response.setHeader('x-request-id', correlation);
  response.setHeader('x-content-type-options', 'nosniff');
  response.setHeader('referrer-policy', 'no-referrer');
  response.setHeader(
    'content-security-policy',
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  );
};
