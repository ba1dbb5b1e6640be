import type { FastifyPluginAsync } from 'fastify';
import type { Config } from '#config';
import { addPath, passkeysPath } from './paths.ts';

/**
 * Tells password managers where people add and manage passkeys (W3C, A Well-Known URL for Relying Party Passkey
 * Endpoints). They ask at the host of the RP ID.
 */
export const wellKnown =
  ({ issuer }: Pick<Config, 'issuer'>): FastifyPluginAsync =>
  async (scope) => {
    scope.get('/.well-known/passkey-endpoints', async (_request, reply) =>
      reply
        .header('cache-control', 'public, max-age=3600')
        .send({ enroll: `${issuer}${addPath}`, manage: `${issuer}${passkeysPath}` }),
    );
  };
