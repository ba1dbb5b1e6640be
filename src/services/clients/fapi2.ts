import { authenticationMethodOf } from './authentication-methods.ts';
import type { ClientMetadata } from './client.ts';
import { grantTypesOf } from './grant-types-of.ts';
import { algorithmNames } from './metadata-names.ts';
import type { Problem } from './problem.ts';

const algorithms = ['PS256', 'ES256', 'EdDSA'];
const methods = ['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'];

/** The rules of the FAPI 2.0 Security Profile (final) that a registration can meet or break. */
export const fapi2Problems = (metadata: ClientMetadata): Problem[] => {
  const problems: Problem[] = [];
  const check = (met: boolean, field: string, message: string): void => {
    if (!met) problems.push({ field, message: `${message} (profile fapi2)` });
  };
  const method = authenticationMethodOf(metadata);
  const bound = [
    metadata['dpop_bound_access_tokens'],
    metadata['tls_client_certificate_bound_access_tokens'],
  ];

  check(methods.includes(method), 'token_endpoint_auth_method', `must be one of ${methods.join(', ')}`);
  check(
    bound.includes(true),
    'dpop_bound_access_tokens',
    'or tls_client_certificate_bound_access_tokens must be true: tokens are bound to their sender',
  );
  check(metadata.pkce !== 'exempt', 'pkce', 'can not be exempt');
  check(metadata['assertion_audience'] !== 'endpoint', 'assertion_audience', 'must be issuer');
  if (grantTypesOf(metadata).includes('authorization_code')) {
    check(
      metadata['require_pushed_authorization_requests'] === true,
      'require_pushed_authorization_requests',
      'must be true: requests are pushed first (RFC 9126)',
    );
  }
  if (method === 'private_key_jwt') {
    check(
      metadata['token_endpoint_auth_signing_alg'] !== undefined,
      'token_endpoint_auth_signing_alg',
      `must be named: one of ${algorithms.join(', ')}`,
    );
  }
  for (const name of algorithmNames.filter((each) => each.includes('sign'))) {
    const algorithm = metadata[name];
    if (algorithm === undefined) continue;
    check(
      typeof algorithm === 'string' && algorithms.includes(algorithm),
      name,
      `must be one of ${algorithms.join(', ')}`,
    );
  }
  const loopback = /^http:\/\/(127\.0\.0\.1|\[::1\]|localhost)[:/]/;
  const mayBeLoopback = metadata.application_type === 'native';
  check(
    (metadata.redirect_uris ?? []).every(
      (uri) => uri.startsWith('https:') || (mayBeLoopback && loopback.test(uri)),
    ),
    'redirect_uris',
    mayBeLoopback ? 'must use https, or http on loopback' : 'must use https',
  );
  return problems;
};
