/**
 * The metadata of the API as a protected resource (RFC 9728). Its address follows from the resource identifier, so it
 * belongs to the main port: an API with a port of its own has none.
 */
import type { FastifyPluginAsync } from 'fastify';
import { adminAudience, adminScopes, type Config } from '#config';
import { proofAlgorithms } from './dpop-proof.ts';
import { adminApiPath, resourceMetadataAddress } from './paths.ts';

type Described = Pick<Config, 'issuer' | 'proxy'>;

/** What challenges name as `resource_metadata` (RFC 9728 §5.1). */
export const resourceMetadataUrl = (config: Pick<Config, 'issuer' | 'admin'>): string | undefined =>
  config.admin.listen === undefined ? resourceMetadataAddress(config).href : undefined;

export const resourceMetadataRoute =
  (config: Described): FastifyPluginAsync =>
  async (scope) => {
    const { issuer, proxy } = config;
    const document = {
      resource: adminAudience(config),
      resource_name: 'Postern administration API',
      resource_documentation: `${issuer}${adminApiPath}/docs`,
      authorization_servers: [issuer],
      scopes_supported: adminScopes,
      bearer_methods_supported: ['header'],
      dpop_signing_alg_values_supported: proofAlgorithms,
      tls_client_certificate_bound_access_tokens: proxy.client_certificate_header !== 'none',
    };
    scope.get(resourceMetadataAddress(config).pathname, async (_request, reply) =>
      reply.header('cache-control', 'public, max-age=300').send(document),
    );
  };
