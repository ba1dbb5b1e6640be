import type { FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import { TokenRequestError } from './errors.ts';
import type { TokenRequest } from './parse-request.ts';

const hasClientCredentials = (request: FastifyRequest): boolean =>
  request.headers.authorization !== undefined;

/**
 * What the token endpoint will be asked. A client that says who it is is taken at its word, and judged there. The code
 * alone is enough for nobody but a public client that the operator marked, whose request made no challenge: then the
 * code says whose it is and where it was sent. The code is read once; the engine finds it read.
 */
export const tokenParameters = async (
  request: FastifyRequest,
  tokenRequest: TokenRequest,
  provider: Provider,
): Promise<Readonly<Record<string, string>>> => {
  const { authorization_code, ...given } = tokenRequest;
  const parameters = { grant_type: 'authorization_code', code: authorization_code, ...given };
  const isClientNamed = hasClientCredentials(request) || given.client_id !== undefined;
  if (isClientNamed && given.redirect_uri !== undefined) return parameters;

  const code = await provider.AuthorizationCode.find(authorization_code, { ignoreExpiration: true });
  if (!code) {
    if (isClientNamed) return { ...parameters, redirect_uri: given.redirect_uri ?? '-' };
    throw new TokenRequestError(
      'not_found',
      'no authorization request is known for this code, or it has expired',
      404,
    );
  }
  const client = code.clientId === undefined ? undefined : await provider.Client.find(code.clientId);
  const isCodeEnough = client?.['issuer_tokens'] === true && code.codeChallenge === undefined;
  if (!client || (!isCodeEnough && !isClientNamed)) {
    throw client?.clientAuthMethod === 'none'
      ? new TokenRequestError(
          'invalid_request',
          'client_id, redirect_uri and code_verifier are needed to redeem this code',
        )
      : new TokenRequestError('invalid_client', 'the client of this code must authenticate', 401);
  }
  return {
    ...parameters,
    ...(!isClientNamed && { client_id: client.clientId }),
    ...(given.redirect_uri === undefined &&
      isCodeEnough &&
      code.redirectUri !== undefined && { redirect_uri: code.redirectUri }),
  };
};
