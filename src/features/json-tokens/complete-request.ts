import type { Provider } from 'oidc-provider';
import { codeNotFound, TokenRequestError } from './errors.ts';
import type { TokenRequest } from './parse-request.ts';

interface Context {
  /** The request carries credentials in its `Authorization` header. */
  readonly hasAuthenticated: boolean;
  readonly provider: Provider;
}

/**
 * The parameters of the token request that the engine gets (RFC 6749 §4.1.3). A client that names itself or
 * authenticates has to send what that section asks, and the engine judges it. The code alone is enough for a public
 * client that the operator marked with `issuer_tokens` and whose authorization request carried no challenge: then the
 * stored code says whose it is and where it was sent.
 */
export const completeRequest = async (
  { authorization_code, ...given }: TokenRequest,
  { hasAuthenticated, provider }: Context,
): Promise<Readonly<Record<string, string>>> => {
  const parameters = { grant_type: 'authorization_code', code: authorization_code, ...given };
  const isClientNamed = hasAuthenticated || given.client_id !== undefined;
  if (isClientNamed && given.redirect_uri !== undefined) return parameters;

  const code = await provider.AuthorizationCode.find(authorization_code, { ignoreExpiration: true });
  if (!code) {
    // The engine authenticates the client before it says that the code is unknown, and demands a redirect URI.
    if (isClientNamed) return { ...parameters, redirect_uri: '-' };
    const { name, message, status } = codeNotFound;
    throw new TokenRequestError(name, message, status);
  }
  const client = code.clientId === undefined ? undefined : await provider.Client.find(code.clientId);
  const isCodeEnough = client?.['issuer_tokens'] === true && code.codeChallenge === undefined;
  if (!client || (!isCodeEnough && !isClientNamed)) throw missingParameters(client?.clientAuthMethod);
  return {
    ...parameters,
    ...(!isClientNamed && { client_id: client.clientId }),
    ...(given.redirect_uri === undefined &&
      isCodeEnough &&
      code.redirectUri !== undefined && { redirect_uri: code.redirectUri }),
  };
};

const missingParameters = (authenticationMethod: string | undefined): TokenRequestError =>
  authenticationMethod === 'none'
    ? new TokenRequestError(
        'invalid_request',
        'client_id, redirect_uri and code_verifier are needed to redeem this code',
      )
    : new TokenRequestError('invalid_client', 'the client of this code must authenticate', 401);
