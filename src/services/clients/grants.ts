import { clientAuthenticationMethods } from '#config';
import type { GrantType } from '../../provider/grant-types.ts';
import { authenticationMethodOf } from './authentication-methods.ts';
import type { ClientMetadata } from './client.ts';
import { grantTypesOf } from './grant-types-of.ts';
import type { Problem } from './problem.ts';

/** RFC 9700 §2.1.2 and §2.4 forbid them. */
const retiredGrants = ['implicit', 'password'];

/** Which grants, response types and authentication methods go together (RFC 7591 §2.1, RFC 9700). */
export const grantProblems = (metadata: ClientMetadata, grantTypes: readonly GrantType[]): Problem[] => {
  const problems: Problem[] = [];
  const check = (met: boolean, field: string, message: string): void => {
    if (!met) problems.push({ field, message });
  };
  const grants = grantTypesOf(metadata);
  const requested = grantTypes.filter(({ name }) => grants.includes(name));
  const supported = grantTypes.map(({ name }) => name);
  const method = authenticationMethodOf(metadata);
  const isPublic = method === 'none';
  const interactive = grants.includes('authorization_code');
  const responses = metadata.response_types ?? (interactive ? ['code'] : []);

  check(
    clientAuthenticationMethods.some((one) => one === method),
    'token_endpoint_auth_method',
    `must be one of ${clientAuthenticationMethods.join(', ')}`,
  );
  check(grants.length > 0, 'grant_types', `must name at least one of ${supported.join(', ')}`);
  for (const grant of grants) {
    if (retiredGrants.includes(grant))
      check(false, 'grant_types', `${grant} is not offered; use authorization_code`);
    else check(supported.includes(grant), 'grant_types', `${grant} is not one of ${supported.join(', ')}`);
  }
  check(
    responses.every((type) => type === 'code'),
    'response_types',
    'only code is offered',
  );
  check(
    interactive === responses.includes('code'),
    'response_types',
    'must be [code] with the grant authorization_code, and empty without it',
  );
  check(
    !interactive || (metadata.redirect_uris ?? []).length > 0,
    'redirect_uris',
    'must name at least one URI for the grant authorization_code',
  );
  check(
    !grants.includes('refresh_token') || requested.some(({ involvesPerson }) => involvesPerson),
    'grant_types',
    'refresh_token needs another grant that a person takes part in',
  );
  for (const { name, requiresAuthentication } of requested) {
    check(
      !(isPublic && requiresAuthentication),
      'grant_types',
      `${name} needs a client that authenticates; a public client can't`,
    );
  }
  if (metadata.issuer_tokens === true) {
    check(isPublic, 'issuer_tokens', 'is for public clients: token_endpoint_auth_method must be none');
    check(
      grants.length === 1 && interactive,
      'issuer_tokens',
      'gives an access token only: grant_types must be [authorization_code]',
    );
    check(
      metadata.audience !== undefined,
      'audience',
      'must name the one audience of an issuer_tokens client',
    );
  }
  if (metadata.pkce === 'exempt') {
    const openid = metadata.scope === undefined || metadata.scope.split(' ').includes('openid');
    check(!isPublic && openid, 'pkce', 'can be exempt for a confidential OpenID Connect client only');
  }
  return problems;
};
