import { errors } from 'oidc-provider';
import { Failure } from '../../errors.ts';
import { ClientRefused } from '../../services/clients/index.ts';
import { Conflict } from '../../store/errors.ts';
import { kinds } from '../../store/record-kinds.ts';

type Code =
  | 'invalid_redirect_uri'
  | 'invalid_client_metadata'
  | 'invalid_token'
  | 'invalid_request'
  | 'access_denied';

/** The error codes of RFC 7591 §3.2.2 and RFC 6750 §3.1. */
export class RegistrationRefused extends Failure {
  constructor(status: number, code: Code, message: string) {
    super({ status, code, message });
    this.name = 'RegistrationRefused';
  }
}

const codeForField = (field: string): Code =>
  /^(post_logout_)?redirect_uris$/.test(field) ? 'invalid_redirect_uri' : 'invalid_client_metadata';

export const metadataRefused = (field: string, message: string): RegistrationRefused =>
  new RegistrationRefused(400, codeForField(field), message);

export const unknownToken = (): RegistrationRefused =>
  new RegistrationRefused(401, 'invalid_token', 'the registration access token is not that of this client');

/** Another request replaced the token, or the client is gone. Its owner learns no more than of a wrong token. */
const isTokenSpent = (error: unknown): boolean =>
  (error instanceof Conflict && error.key.kind === kinds.registrationToken) ||
  (error instanceof Failure && error.code === 'client_not_found');

/** Refusals of services/clients and of the engine, in the codes of RFC 7591. Any other error stays as it is. */
export const toRegistrationRefused = (error: unknown): unknown => {
  if (isTokenSpent(error)) return unknownToken();
  if (error instanceof ClientRefused) return metadataRefused(error.problems[0]?.field ?? '', error.message);
  if (error instanceof errors.InvalidClientMetadata || error instanceof errors.InvalidRedirectUri) {
    // The message of the engine begins with the name of the field.
    const message = error.error_description ?? error.message;
    return metadataRefused(message.split(' ', 1)[0] ?? '', message);
  }
  return error;
};
