import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { readWhole } from '../../http/bodies.ts';
import { explain } from '../../http/faults.ts';
import { isJson, parseJsonObject } from '../../http/strict-json.ts';
import { withErrorUri } from '../../provider/error-uri.ts';
import { routes } from '../../provider/paths.ts';
import { newId } from '../../store/new-id.ts';
import type { RegistrationParts } from './index.ts';
import { refuseProvisioned, understood } from './metadata.ts';
import { Refused } from './refused.ts';
import type { Registrar } from './registrar.ts';
import { bearerIn, createAccessTokens, isOneOf } from './tokens.ts';

type Body = Readonly<Record<string, unknown>>;
type Managed = { Params: { clientId: string } };

export const registrationDoor = (
  { config, store, clock, clients }: RegistrationParts,
  registrar: Registrar,
): FastifyPluginAsync => {
  const tokens = createAccessTokens(store);
  const { initial_access_tokens: initial, management } = config.registration;

  /** RFC 7591 §3: with tokens in the configuration, one of them is wanted. */
  const checkInitial = ({ headers }: FastifyRequest): void => {
    if (initial.length > 0 && !isOneOf(bearerIn(headers.authorization), initial)) {
      throw new Refused(
        401,
        'invalid_token',
        'the initial access token is not one that this server gave out',
      );
    }
  };

  /** Whoever manages a client is the client; one that is gone is answered like a wrong token (RFC 7592 §2). */
  const checkManager = async ({ headers, params }: FastifyRequest<Managed>) => {
    const token = bearerIn(headers.authorization);
    const checked = await tokens.check(params.clientId, token);
    const record = await clients.get(params.clientId);
    if (record?.from !== 'registration') {
      await tokens.remove(params.clientId);
      throw new Refused(401, 'invalid_token', 'the client is not registered');
    }
    return { token, checked, record };
  };

  const send = async (reply: FastifyReply, id: string, more: object, status = 200): Promise<FastifyReply> =>
    reply
      .code(status)
      .header('cache-control', 'no-store')
      .send({ ...(await registrar.describe(id)), ...more });

  const managedAs = (id: string, token: string) => ({
    registration_access_token: token,
    registration_client_uri: `${config.issuer}${routes.registration}/${encodeURIComponent(id)}`,
  });

  return async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', async ({ method, raw }: FastifyRequest) => {
      // RFC 9110 §9.3.5: content of a DELETE means nothing, and many clients name a type of it in each request.
      if (method === 'DELETE') return undefined;
      const bytes = await readWhole(raw, config.security.max_body_bytes);
      if (!isJson(raw.headers)) {
        throw new Refused(415, 'invalid_request', 'send application/json in UTF-8');
      }
      const parsed = parseJsonObject(bytes);
      if (typeof parsed === 'string') throw new Refused(400, 'invalid_request', parsed);
      return parsed;
    });
    scope.setErrorHandler((error, request, reply) => {
      const refused = error instanceof Refused ? error : undefined;
      const fault = explain(error);
      const status = refused?.status ?? fault.status;
      if (status >= 500) request.log.error({ err: error, correlation: request.id }, 'registration failed');
      if (status === 503) reply.header('retry-after', '2');
      if (status === 401) {
        const known = request.headers.authorization === undefined ? '' : ', error="invalid_token"';
        reply.header('www-authenticate', `Bearer realm="${config.issuer}"${known}`);
      }
      const out = {
        error: refused?.code ?? fault.error,
        error_description: refused?.message ?? fault.description,
      };
      return reply.code(status).header('cache-control', 'no-store').send(withErrorUri(config.issuer, out));
    });

    const bodyOf = ({ body }: FastifyRequest): Body => {
      if (typeof body === 'object' && body !== null) return { ...body };
      throw new Refused(400, 'invalid_request', 'send the metadata as a JSON object');
    };

    scope.post(routes.registration, async (request, reply) => {
      checkInitial(request);
      const body = bodyOf(request);
      refuseProvisioned(body, ['client_id', 'client_secret']);
      const id = newId(16);
      const issued = { client_id_issued_at: Math.floor(clock.now() / 1000) };
      const secret = await registrar.register({ ...understood(body, id), ...issued });
      const more = management ? managedAs(id, await tokens.issue(id)) : {};
      return send(reply, id, { ...secret, ...more }, 201);
    });

    if (!management) return;
    const path = `${routes.registration}/:clientId`;

    scope.get<Managed>(path, async (request, reply) => {
      const { token } = await checkManager(request);
      return send(reply, request.params.clientId, managedAs(request.params.clientId, token));
    });

    scope.put<Managed>(path, async (request, reply) => {
      const { checked, record } = await checkManager(request);
      const { id } = record;
      const body = bodyOf(request);
      refuseProvisioned(body);
      if (body['client_id'] !== id) {
        throw new Refused(400, 'invalid_client_metadata', 'client_id: must be that of this client');
      }
      const { client_secret: secret } = body;
      const right =
        secret === undefined || secret === null || (await clients.verifySecret(id, String(secret)));
      if (!right)
        throw new Refused(400, 'invalid_client_metadata', 'client_secret: is not that of this client');
      const issued = record.metadata['client_id_issued_at'];
      const made = await registrar.register({
        ...understood(body, id),
        ...(issued !== undefined && { client_id_issued_at: issued }),
      });
      return send(reply, id, { ...made, ...managedAs(id, await tokens.rotate(id, checked)) });
    });

    scope.delete<Managed>(path, async (request, reply) => {
      const { record } = await checkManager(request);
      await clients.remove(record.id);
      await tokens.remove(record.id);
      return reply.code(204).header('cache-control', 'no-store').send();
    });
  };
};
