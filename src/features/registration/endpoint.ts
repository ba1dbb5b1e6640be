import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { retryAfterSeconds } from '../../errors.ts';
import { readBody } from '../../http/bodies.ts';
import { toHttpError } from '../../http/errors.ts';
import { isJson, parseJsonObject } from '../../http/strict-json.ts';
import { withErrorUri } from '../../provider/error-uri.ts';
import { routes } from '../../provider/paths.ts';
import { newId } from '../../store/new-id.ts';
import { bearerTokenIn, createRegistrationAccessTokens, isOneOf } from './access-tokens.ts';
import { RegistrationRefused } from './errors.ts';
import type { RegistrationDependencies } from './index.ts';
import { knownMetadata, refuseServerFields } from './metadata.ts';
import type { Registrar } from './registrar.ts';

type Body = Readonly<Record<string, unknown>>;
type ManagedClient = { Params: { clientId: string } };

export const registrationEndpoint = (
  { config, store, clock, clients }: RegistrationDependencies,
  registrar: Registrar,
): FastifyPluginAsync => {
  const tokens = createRegistrationAccessTokens(store);
  const { initial_access_tokens: initialAccessTokens, management } = config.registration;

  /** RFC 7591 §3: with tokens in the configuration, one of them is wanted. */
  const checkInitialAccessToken = ({ headers }: FastifyRequest): void => {
    if (
      initialAccessTokens.length > 0 &&
      !isOneOf(bearerTokenIn(headers.authorization), initialAccessTokens)
    ) {
      throw new RegistrationRefused(
        401,
        'invalid_token',
        'the initial access token is not one that this server gave out',
      );
    }
  };

  /** Whoever manages a client is the client; one that is gone is answered like a wrong token (RFC 7592 §2). */
  const authenticateClient = async ({ headers, params }: FastifyRequest<ManagedClient>) => {
    const token = bearerTokenIn(headers.authorization);
    const checked = await tokens.check(params.clientId, token);
    const record = await clients.get(params.clientId);
    if (record?.from !== 'registration') {
      await tokens.remove(params.clientId);
      throw new RegistrationRefused(401, 'invalid_token', 'the client is not registered');
    }
    return { token, checked, record };
  };

  const sendClient = async (
    reply: FastifyReply,
    id: string,
    more: object,
    status = 200,
  ): Promise<FastifyReply> =>
    reply
      .code(status)
      .header('cache-control', 'no-store')
      .send({ ...(await registrar.describe(id)), ...more });

  const managementFields = (id: string, token: string) => ({
    registration_access_token: token,
    registration_client_uri: `${config.issuer}${routes.registration}/${encodeURIComponent(id)}`,
  });

  return async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', async ({ method, raw }: FastifyRequest) => {
      // RFC 9110 §9.3.5: content of a DELETE means nothing, and many clients name a type of it in each request.
      if (method === 'DELETE') return undefined;
      const bytes = await readBody(raw, config.security.max_body_bytes);
      if (!isJson(raw.headers)) {
        throw new RegistrationRefused(415, 'invalid_request', 'send application/json in UTF-8');
      }
      const parsed = parseJsonObject(bytes);
      if (typeof parsed === 'string') throw new RegistrationRefused(400, 'invalid_request', parsed);
      return parsed;
    });
    scope.setErrorHandler((error, request, reply) => {
      const { status, error: code, description } = toHttpError(error);
      if (status >= 500) request.log.error({ err: error, correlation: request.id }, 'registration failed');
      if (status === 503) reply.header('retry-after', String(retryAfterSeconds));
      if (status === 401) {
        const invalidToken = request.headers.authorization === undefined ? '' : ', error="invalid_token"';
        reply.header('www-authenticate', `Bearer realm="${config.issuer}"${invalidToken}`);
      }
      return reply
        .code(status)
        .header('cache-control', 'no-store')
        .send(withErrorUri(config.issuer, { error: code, error_description: description }));
    });

    const bodyOf = ({ body }: FastifyRequest): Body => {
      if (typeof body === 'object' && body !== null) return { ...body };
      throw new RegistrationRefused(400, 'invalid_request', 'send the metadata as a JSON object');
    };

    scope.post(routes.registration, async (request, reply) => {
      checkInitialAccessToken(request);
      const body = bodyOf(request);
      refuseServerFields(body, ['client_id', 'client_secret']);
      const id = newId(16);
      const issued = { client_id_issued_at: Math.floor(clock.now() / 1000) };
      const secret = await registrar.register({ ...knownMetadata(body, id), ...issued });
      const more = management ? managementFields(id, await tokens.issue(id)) : {};
      return sendClient(reply, id, { ...secret, ...more }, 201);
    });

    if (!management) return;
    const path = `${routes.registration}/:clientId`;

    scope.get<ManagedClient>(path, async (request, reply) => {
      const { token } = await authenticateClient(request);
      return sendClient(reply, request.params.clientId, managementFields(request.params.clientId, token));
    });

    scope.put<ManagedClient>(path, async (request, reply) => {
      const { checked, record } = await authenticateClient(request);
      const { id } = record;
      const body = bodyOf(request);
      refuseServerFields(body);
      if (body['client_id'] !== id) {
        throw new RegistrationRefused(
          400,
          'invalid_client_metadata',
          'client_id: must be that of this client',
        );
      }
      const { client_secret: givenSecret } = body;
      const right =
        givenSecret === undefined ||
        givenSecret === null ||
        (await clients.verifySecret(id, String(givenSecret)));
      if (!right)
        throw new RegistrationRefused(
          400,
          'invalid_client_metadata',
          'client_secret: is not that of this client',
        );
      const issued = record.metadata['client_id_issued_at'];
      const newSecret = await registrar.register({
        ...knownMetadata(body, id),
        ...(issued !== undefined && { client_id_issued_at: issued }),
      });
      return sendClient(reply, id, {
        ...newSecret,
        ...managementFields(id, await tokens.rotate(id, checked)),
      });
    });

    scope.delete<ManagedClient>(path, async (request, reply) => {
      const { record } = await authenticateClient(request);
      await clients.remove(record.id);
      await tokens.remove(record.id);
      return reply.code(204).header('cache-control', 'no-store').send();
    });
  };
};
