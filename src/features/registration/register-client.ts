import type { FastifyInstance, FastifyRequest } from 'fastify';
import { routes } from '../../provider/paths.ts';
import { newId } from '../../store/new-id.ts';
import type { RegistrationAccessTokens } from './access-tokens.ts';
import { bearerTokenIn, isOneOf } from './bearer-token.ts';
import { createSendClient } from './client-response.ts';
import type { RegistrationDependencies } from './dependencies.ts';
import { RegistrationRefused } from './errors.ts';
import { bodyOf } from './json-scope.ts';
import { knownMetadata, refuseServerFields } from './metadata.ts';
import type { SaveClient } from './save-client.ts';

interface RegisterOptions {
  readonly dependencies: RegistrationDependencies;
  readonly accessTokens: RegistrationAccessTokens;
  readonly saveClient: SaveClient;
}

/** RFC 7591 §3: initial access tokens, if the operator configured any, restrict who may register. */
const checkInitialAccessToken = ({ headers }: FastifyRequest, accepted: readonly string[]): void => {
  if (accepted.length === 0 || isOneOf(bearerTokenIn(headers.authorization), accepted)) return;
  throw new RegistrationRefused(
    401,
    'invalid_token',
    'the initial access token is not one of those that this server accepts',
  );
};

export const addRegisterRoute = (
  scope: FastifyInstance,
  { dependencies, accessTokens, saveClient }: RegisterOptions,
): void => {
  const { admission, clock, config } = dependencies;
  const { initial_access_tokens: initialAccessTokens, management } = config.registration;
  const sendClient = createSendClient(dependencies);

  scope.post(routes.registration, async (request, reply) => {
    checkInitialAccessToken(request, initialAccessTokens);
    if (initialAccessTokens.length === 0) admission.assertRoomToLast();
    const body = bodyOf(request);
    refuseServerFields(body, ['client_id', 'client_secret']);
    const id = newId(16);
    const metadata = {
      ...knownMetadata(body, id),
      client_id_issued_at: Math.floor(clock.now() / 1000),
    };
    const accessToken = management ? accessTokens.create(id) : undefined;
    const secret = await saveClient('add', metadata, accessToken?.writes ?? []);
    return sendClient(reply, { id, secret, accessToken: accessToken?.token, status: 201 });
  });
};
