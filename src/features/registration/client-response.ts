import type { FastifyReply } from 'fastify';
import { routes } from '../../provider/paths.ts';
import type { NewSecret } from './client-secret.ts';
import type { RegistrationDependencies } from './dependencies.ts';
import { describeClient } from './describe-client.ts';

interface ClientResponse {
  readonly id: string;
  /** Sent once, in the response to the request that created it. */
  readonly secret?: NewSecret | undefined;
  /** Absent when the operator turned management off. */
  readonly accessToken: string | undefined;
  readonly status?: number;
}

/** The client information response (RFC 7591 §3.2.1, RFC 7592 §3). */
export const createSendClient =
  (dependencies: RegistrationDependencies) =>
  async (
    reply: FastifyReply,
    { id, secret, accessToken, status = 200 }: ClientResponse,
  ): Promise<FastifyReply> =>
    reply
      .code(status)
      .header('cache-control', 'no-store')
      .send({
        ...(await describeClient(id, dependencies)),
        ...secret,
        ...(accessToken !== undefined && {
          registration_access_token: accessToken,
          registration_client_uri: `${dependencies.config.issuer}${routes.registration}/${encodeURIComponent(id)}`,
        }),
      });
