import type { GrantType } from '../../provider/grant-types.ts';
import { webHostOf } from '../../redirect-target.ts';
import { authenticationMethodOf } from './authentication-methods.ts';
import type { ClientMetadata } from './client.ts';
import { grantTypesOf } from './grant-types-of.ts';
import type { Problem } from './problem.ts';

const cibaGrant = 'urn:openid:params:grant-type:ciba';
const signingAlgorithms = ['ES256', 'ES384', 'EdDSA', 'PS256', 'PS384', 'RS256'];
const keyEncryptionAlgorithms = ['RSA-OAEP-256', 'ECDH-ES', 'ECDH-ES+A128KW', 'ECDH-ES+A256KW'];
const contentEncryptionAlgorithms = ['A128GCM', 'A256GCM', 'A128CBC-HS256', 'A256CBC-HS512'];
const signedResponses = ['id_token', 'userinfo', 'introspection', 'authorization'];
const signedRequests = [
  'request_object_signing_alg',
  'backchannel_authentication_request_signing_alg',
] as const;
const responseModes = ['query', 'fragment', 'form_post', 'jwt', 'query.jwt', 'fragment.jwt', 'form_post.jwt'];
const methodsWithClientKey = ['private_key_jwt', 'self_signed_tls_client_auth'];
const email = /^[\w.!#$%&'*+/=?^`{|}~-]+@[A-Za-z0-9.-]+$/;

const toTexts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.map(String) : []);

/**
 * Metadata that other metadata requires, and the values that it may have. oidc-provider has these rules too, but applies
 * them at each request of a client that is already registered.
 */
export const dependentMetadataProblems = (
  metadata: ClientMetadata,
  grantTypes: readonly GrantType[],
): Problem[] => {
  const problems: Problem[] = [];
  const check = (met: boolean, field: string, message: string): void => {
    if (!met) problems.push({ field, message });
  };
  const oneOf = (field: string, allowed: readonly string[]): void => {
    const value = metadata[field];
    check(
      value === undefined || allowed.some((one) => one === value),
      field,
      `must be ${allowed.join(' or ')}`,
    );
  };
  const grants = grantTypesOf(metadata);
  const method = authenticationMethodOf(metadata);
  const hasKeys = metadata.jwks !== undefined || metadata.jwks_uri !== undefined;

  for (const use of signedResponses) {
    const [alg, enc] = [`${use}_encrypted_response_alg`, `${use}_encrypted_response_enc`];
    oneOf(`${use}_signed_response_alg`, signingAlgorithms);
    oneOf(alg, keyEncryptionAlgorithms);
    oneOf(enc, contentEncryptionAlgorithms);
    check(metadata[enc] === undefined || metadata[alg] !== undefined, alg, `is needed with ${enc}`);
    check(metadata[alg] === undefined || hasKeys, 'jwks', `or jwks_uri is needed for ${alg}`);
  }
  for (const field of signedRequests) {
    oneOf(field, signingAlgorithms);
    check(metadata[field] === undefined || hasKeys, 'jwks', `or jwks_uri is needed for ${field}`);
  }
  const asserted = 'token_endpoint_auth_signing_alg';
  if (method === 'client_secret_jwt') oneOf(asserted, ['HS256']);
  else if (method === 'private_key_jwt') oneOf(asserted, signingAlgorithms);
  else check(metadata[asserted] === undefined, asserted, `is of no use with ${method}; leave it out`);

  check(
    toTexts(metadata['response_modes']).every((mode) => responseModes.includes(mode)),
    'response_modes',
    `may name ${responseModes.join(', ')}`,
  );
  check(
    toTexts(metadata['contacts']).every((one) => email.test(one)),
    'contacts',
    'must be e-mail addresses',
  );

  if (grants.includes(cibaGrant)) {
    const mode = metadata['backchannel_token_delivery_mode'];
    const ping = 'backchannel_client_notification_endpoint';
    check(mode !== undefined, 'backchannel_token_delivery_mode', `is needed for ${cibaGrant}: poll or ping`);
    check(mode !== 'ping' || metadata[ping] !== undefined, ping, 'is needed for ping');
  }
  if (metadata['subject_type'] === 'pairwise') {
    // A grant that begins at another endpoint has no redirect URI to derive the sector from.
    if (grantTypes.some(({ name, beginsAt }) => beginsAt !== undefined && grants.includes(name))) {
      check(
        methodsWithClientKey.includes(method) && metadata.jwks_uri !== undefined,
        'jwks_uri',
        `is needed, and one of ${methodsWithClientKey.join(', ')}, for pairwise subjects with these grant types`,
      );
    }
    const hosts = new Set((metadata.redirect_uris ?? []).map(webHostOf));
    check(
      hosts.size < 2 || metadata['sector_identifier_uri'] !== undefined,
      'sector_identifier_uri',
      'is needed for pairwise subjects where redirect_uris name several hosts',
    );
  }
  return problems;
};
