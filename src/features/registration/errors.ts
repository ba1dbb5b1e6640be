import { errors } from 'oidc-provider';
import { Failure } from '../../errors.ts';

type Code = 'invalid_redirect_uri' | 'invalid_client_metadata' | 'invalid_token' | 'invalid_request';

/** RFC 7591 §3.2.2, RFC 6750 §3.1: a refusal by its name. */
export class RegistrationRefused extends Failure {
  constructor(status: number, code: Code, message: string) {
    super({ code, message, status });
    this.name = 'RegistrationRefused';
  }
}

const codeOf = (message: string): Code =>
  /^(post_logout_)?redirect_uris\b/.test(message) ? 'invalid_redirect_uri' : 'invalid_client_metadata';

/** What the rules of clients, or those of the engine, say of metadata; anything else is no answer for a client. */
export const toRegistrationRefused = (error: unknown): unknown => {
  if (error instanceof Failure && error.code === 'client_refused') {
    return new RegistrationRefused(400, codeOf(error.message), error.message);
  }
  if (error instanceof errors.InvalidClientMetadata || error instanceof errors.InvalidRedirectUri) {
    const message = error.error_description ?? error.message;
    return new RegistrationRefused(400, codeOf(message), message);
  }
  return error;
};
