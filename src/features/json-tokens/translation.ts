import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { isRefusalName, type placeOf, refusalBody } from './refusal.ts';

/** Details of the engine that mean "there is no such request", which is 404 at this door. */
const unknown = new Set(['authorization code not found', 'authorization code is expired']);

/** The engine's answer in the words of this door: three members and no more, or its refusal. */
export const translation =
  (place: ReturnType<typeof placeOf>) =>
  (ctx: KoaContextWithOIDC, ending: Error | undefined): void => {
    const body: unknown = ctx.body;
    if (ctx.status === 200 && isTokens(body)) {
      ctx.status = 201;
      ctx.body = { access_token: body.access_token, token_type: 'Bearer', expires_in: body.expires_in };
      return;
    }
    const detail = ending instanceof errors.OIDCProviderError ? ending.error_detail : undefined;
    const missing = detail !== undefined && unknown.has(detail);
    const status = missing ? 404 : ctx.status;
    const { name, message } = wordsOf(body);
    const known = missing
      ? 'not_found'
      : status === 429
        ? 'too_many_requests'
        : isRefusalName(name)
          ? name
          : status >= 500
            ? 'server_error'
            : 'invalid_request';
    const text = missing ? 'no authorization request is known for this code, or it has expired' : message;
    ctx.status = status;
    ctx.body = refusalBody(known, text, status, place, ending);
  };

interface Tokens {
  readonly access_token: string;
  readonly expires_in: number;
}

const isTokens = (body: unknown): body is Tokens =>
  typeof body === 'object' && body !== null && 'access_token' in body && 'expires_in' in body;

const wordsOf = (body: unknown): { name: string; message: string } => {
  if (typeof body !== 'object' || body === null || !('error' in body)) {
    return { name: 'server_error', message: 'something went wrong on our side; the log has the details' };
  }
  const description = 'error_description' in body ? String(body.error_description) : String(body.error);
  return { name: String(body.error), message: description };
};
