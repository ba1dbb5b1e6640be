import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { unknownCodeDetails } from '../../provider/engine-texts.ts';
import { codeNotFound, type ErrorContext, errorBody, errorNameOf } from './errors.ts';

/**
 * Rewrites the engine's response for this endpoint, after the commit: 201 with three members for tokens, or the error
 * body.
 */
export const translateResponse =
  (context: ErrorContext) =>
  (ctx: KoaContextWithOIDC, error: Error | undefined): void => {
    const { body, status }: { body: unknown; status: number } = ctx;
    if (status === 200 && isTokenResponse(body)) {
      ctx.status = 201;
      ctx.body = { access_token: body.access_token, token_type: 'Bearer', expires_in: body.expires_in };
      return;
    }
    const { name, message } = describeError(body);
    const refusal = isCodeUnknown(error)
      ? codeNotFound
      : { name: errorNameOf(status, name), message, status };
    ctx.status = refusal.status;
    ctx.body = errorBody(refusal, context, error);
  };

interface TokenResponse {
  readonly access_token: string;
  readonly expires_in: number;
}

const isTokenResponse = (body: unknown): body is TokenResponse =>
  typeof body === 'object' && body !== null && 'access_token' in body && 'expires_in' in body;

/** oidc-provider answers `invalid_grant` to every code that it refuses; only this detail tells them apart. */
const isCodeUnknown = (error: Error | undefined): boolean =>
  error instanceof errors.OIDCProviderError && unknownCodeDetails.has(error.error_detail);

const describeError = (body: unknown): { name: string; message: string } => {
  if (typeof body !== 'object' || body === null || !('error' in body)) {
    return { name: 'server_error', message: 'something went wrong on our side; the log has the details' };
  }
  const message = 'error_description' in body ? String(body.error_description) : String(body.error);
  return { name: String(body.error), message };
};
