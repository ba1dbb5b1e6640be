import type { FastifyRequest } from 'fastify';
import type { Provider } from 'oidc-provider';
import { Refusal } from './refusal.ts';
import type { TokenRequest } from './strict-json.ts';

const askedFor = (request: FastifyRequest): boolean => request.headers.authorization !== undefined;

/**
 * What the token endpoint will be asked. A client that says who it is is taken at its word, and judged there. The code
 * alone is enough for nobody but a public client that the operator marked, whose request made no challenge: then the
 * code says whose it is and where it was sent. The code is read once; the engine finds it read.
 */
export const parametersOf = async (
  request: FastifyRequest,
  asked: TokenRequest,
  provider: Provider,
): Promise<Readonly<Record<string, string>>> => {
  const { authorization_code, ...given } = asked;
  const parameters = { grant_type: 'authorization_code', code: authorization_code, ...given };
  const named = askedFor(request) || given.client_id !== undefined;
  if (named && given.redirect_uri !== undefined) return parameters;

  const code = await provider.AuthorizationCode.find(authorization_code, { ignoreExpiration: true });
  if (!code) {
    if (named) return { ...parameters, redirect_uri: given.redirect_uri ?? '-' };
    throw new Refusal('not_found', 'no authorization request is known for this code, or it has expired', 404);
  }
  const client = code.clientId === undefined ? undefined : await provider.Client.find(code.clientId);
  const alone = client?.['issuer_tokens'] === true && code.codeChallenge === undefined;
  if (!client || (!alone && !named)) {
    throw client?.clientAuthMethod === 'none'
      ? new Refusal(
          'invalid_request',
          'client_id, redirect_uri and code_verifier are needed to redeem this code',
        )
      : new Refusal('invalid_client', 'the client of this code must authenticate', 401);
  }
  return {
    ...parameters,
    ...(!named && { client_id: client.clientId }),
    ...(given.redirect_uri === undefined &&
      alone &&
      code.redirectUri !== undefined && { redirect_uri: code.redirectUri }),
  };
};
