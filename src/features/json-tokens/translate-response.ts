import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { errorBody, type errorContextOf, isErrorName } from './errors.ts';

/** Details of the engine that mean "there is no such request", which is 404 at this door. */
const notFoundDetails = new Set(['authorization code not found', 'authorization code is expired']);

/** The engine's answer in the words of this door: three members and no more, or its refusal. */
export const translateResponse =
  (context: ReturnType<typeof errorContextOf>) =>
  (ctx: KoaContextWithOIDC, error: Error | undefined): void => {
    const body: unknown = ctx.body;
    if (ctx.status === 200 && isTokenResponse(body)) {
      ctx.status = 201;
      ctx.body = { access_token: body.access_token, token_type: 'Bearer', expires_in: body.expires_in };
      return;
    }
    const detail = error instanceof errors.OIDCProviderError ? error.error_detail : undefined;
    const isNotFound = detail !== undefined && notFoundDetails.has(detail);
    const status = isNotFound ? 404 : ctx.status;
    const { name, message } = describeError(body);
    const errorName = isNotFound
      ? 'not_found'
      : status === 429
        ? 'too_many_requests'
        : isErrorName(name)
          ? name
          : status >= 500
            ? 'server_error'
            : 'invalid_request';
    const text = isNotFound ? 'no authorization request is known for this code, or it has expired' : message;
    ctx.status = status;
    ctx.body = errorBody(errorName, text, status, context, error);
  };

interface TokenResponse {
  readonly access_token: string;
  readonly expires_in: number;
}

const isTokenResponse = (body: unknown): body is TokenResponse =>
  typeof body === 'object' && body !== null && 'access_token' in body && 'expires_in' in body;

const describeError = (body: unknown): { name: string; message: string } => {
  if (typeof body !== 'object' || body === null || !('error' in body)) {
    return { name: 'server_error', message: 'something went wrong on our side; the log has the details' };
  }
  const description = 'error_description' in body ? String(body.error_description) : String(body.error);
  return { name: String(body.error), message: description };
};
