import { explanationOf } from '../../error-codes.ts';

/** Adds the URL of the page that explains the error: its causes and fixes (RFC 6749 §5.2). */
export const withErrorUri = <Body extends object>(issuer: string, body: Body): Body =>
  'error' in body && typeof body.error === 'string' && explanationOf(body.error)
    ? { ...body, error_uri: `${issuer}/errors/${body.error}` }
    : body;
