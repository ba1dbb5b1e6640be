import { rsaKeyProblem } from '../../provider/keys/rsa-keys.ts';
import type { ClientMetadata } from './client.ts';
import { algorithmNames, certificateNames } from './metadata-names.ts';
import type { Problem } from './problem.ts';

const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'];

const jwksProblem = (jwks: unknown): string | undefined => {
  const keys = typeof jwks === 'object' && jwks !== null && 'keys' in jwks ? jwks.keys : undefined;
  if (!Array.isArray(keys) || keys.length === 0) return 'must be a JWK set: {"keys": […]}';
  const isMap = (key: unknown): key is object => typeof key === 'object' && key !== null;
  if (!keys.every((key) => isMap(key) && 'kty' in key && typeof key.kty === 'string')) {
    return 'has an entry that is not a JWK: each needs kty';
  }
  if (keys.some((key) => isMap(key) && privateMembers.some((member) => member in key)))
    return 'has a private or symmetric key; give the public ones only, and replace that key now';
  return keys.map((key) => rsaKeyProblem(key)).find((problem) => problem !== undefined);
};

/** Whether the keys and certificates exist that the method and the algorithms need (RFC 7523, RFC 8705). */
export const keyProblems = (metadata: ClientMetadata): Problem[] => {
  const problems: Problem[] = [];
  const method = metadata.token_endpoint_auth_method;
  const hasKeys = metadata.jwks !== undefined || metadata.jwks_uri !== undefined;
  const jwks = metadata.jwks === undefined ? undefined : jwksProblem(metadata.jwks);

  if (jwks !== undefined) problems.push({ field: 'jwks', message: jwks });
  if (metadata.jwks !== undefined && metadata.jwks_uri !== undefined) {
    problems.push({ field: 'jwks_uri', message: 'and jwks exclude each other; keep one' });
  }
  if ((method === 'private_key_jwt' || method === 'self_signed_tls_client_auth') && !hasKeys) {
    problems.push({ field: 'jwks', message: `or jwks_uri is needed for ${method}` });
  }
  const named = certificateNames.filter((name) => metadata[name] !== undefined);
  if (method === 'tls_client_auth' && named.length !== 1) {
    problems.push({
      field: 'tls_client_auth_subject_dn',
      message: `or exactly one of ${certificateNames.slice(1).join(', ')} is needed for tls_client_auth`,
    });
  }
  if (
    metadata['dpop_bound_access_tokens'] === true &&
    metadata['tls_client_certificate_bound_access_tokens'] === true
  ) {
    problems.push({
      field: 'dpop_bound_access_tokens',
      message: 'and tls_client_certificate_bound_access_tokens exclude each other; keep one',
    });
  }
  for (const field of algorithmNames) {
    const algorithm = metadata[field];
    const isAssertion = field === 'token_endpoint_auth_signing_alg' && method === 'client_secret_jwt';
    if (typeof algorithm !== 'string' || isAssertion) continue;
    if (algorithm === 'none') problems.push({ field, message: 'none protects nothing; use ES256' });
    // Only hashes of secrets are stored, so secrets can't sign or encrypt anything.
    if (/^(HS\d|A\d+(GCM)?KW$|dir$|PBES2)/.test(algorithm)) {
      problems.push({
        field,
        message: `${algorithm} would need the secret in clear; use an asymmetric algorithm`,
      });
    }
  }
  return problems;
};
