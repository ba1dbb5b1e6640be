import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Failure } from '../../errors.ts';
import { routes } from '../../provider/paths.ts';
import type { RegistrationAccessTokens } from './access-tokens.ts';
import { bearerTokenIn } from './bearer-token.ts';
import { createSendClient } from './client-response.ts';
import type { RegistrationDependencies } from './dependencies.ts';
import { metadataRefused, RegistrationRefused, toRegistrationRefused } from './errors.ts';
import { bodyOf } from './json-scope.ts';
import { knownMetadata, type RequestBody, refuseServerFields } from './metadata.ts';
import type { SaveClient } from './save-client.ts';

interface ManageOptions {
  readonly dependencies: RegistrationDependencies;
  readonly accessTokens: RegistrationAccessTokens;
  readonly saveClient: SaveClient;
}

type ManagedClient = { Params: { clientId: string } };

export const addManageRoutes = (
  scope: FastifyInstance,
  { dependencies, accessTokens, saveClient }: ManageOptions,
): void => {
  const { clients, config, throttle } = dependencies;
  const sendClient = createSendClient(dependencies);
  const path = `${routes.registration}/:clientId`;

  /** A removed client gets the same answer as a wrong token (RFC 7592 §2). */
  const authenticateClient = async ({ headers, params: { clientId } }: FastifyRequest<ManagedClient>) => {
    const accessToken = bearerTokenIn(headers.authorization);
    const checked = await accessTokens.check(clientId, accessToken);
    const record = await clients.get(clientId);
    if (record?.from !== 'registration') {
      await accessTokens.remove(clientId);
      throw new RegistrationRefused(401, 'invalid_token', 'the client is not registered');
    }
    if (record.stoppedAt !== undefined)
      throw new RegistrationRefused(403, 'access_denied', 'the operator has stopped this client');
    return { accessToken, checked, record };
  };

  /** An update repeats the client's id, and may repeat its secret, but can't change them (RFC 7592 §2.2). */
  const checkIdentity = async (body: RequestBody, id: string): Promise<void> => {
    if (body['client_id'] !== id) {
      throw metadataRefused('client_id', 'client_id: must be that of this client');
    }
    const { client_secret: secret } = body;
    if (secret === undefined || secret === null) return;
    if (await clients.verifySecret(id, String(secret))) return;
    throw metadataRefused('client_secret', 'client_secret: is not that of this client');
  };

  /** An update may make the server fetch what the client names, so a client with many addresses has no more of them. */
  const limitUpdates = async (id: string, reply: FastifyReply): Promise<void> => {
    const { registration_per_address: limit } = config.security.throttle;
    const verdict = await throttle.take('registration update', id, limit);
    if (verdict.allowed) return;
    reply.header('retry-after', String(verdict.waitSeconds));
    throw new Failure({
      code: 'temporarily_unavailable',
      status: 429,
      message: `too many updates of this client, wait ${verdict.waitSeconds} seconds`,
    });
  };

  scope.get<ManagedClient>(path, async (request, reply) => {
    const { accessToken } = await authenticateClient(request);
    return sendClient(reply, { id: request.params.clientId, accessToken });
  });

  scope.put<ManagedClient>(path, async (request, reply) => {
    const { checked, record } = await authenticateClient(request);
    const { id } = record;
    await limitUpdates(id, reply);
    const body = bodyOf(request);
    refuseServerFields(body);
    await checkIdentity(body, id);
    const issuedAt = record.metadata['client_id_issued_at'];
    const metadata = {
      ...knownMetadata(body, id),
      ...(issuedAt !== undefined && { client_id_issued_at: issuedAt }),
    };
    const { token: accessToken, writes } = accessTokens.replace(id, checked);
    const secret = await saveClient('change', metadata, writes);
    return sendClient(reply, { id, secret, accessToken });
  });

  scope.delete<ManagedClient>(path, async (request, reply) => {
    const { checked, record } = await authenticateClient(request);
    try {
      await clients.remove(record.id, accessTokens.removal(record.id, checked));
    } catch (error) {
      throw toRegistrationRefused(error);
    }
    return reply.code(204).header('cache-control', 'no-store').send();
  });
};
