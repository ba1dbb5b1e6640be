import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Config } from '#config';
import type { EngineClient } from '../engine-types.ts';
import { type PkcePolicy, pkcePolicyOf } from '../pkce-policy.ts';
import { getRequestContext } from '../request-context.ts';

const isPublic = ({ clientAuthMethod }: EngineClient): boolean => clientAuthMethod === 'none';

/**
 * A nonce in the ID token ties the code to the browser as a challenge does, for a client that checks it
 * (RFC 9700 §2.1.1).
 */
const hasNonce = ({ oidc }: KoaContextWithOIDC): boolean =>
  oidc.requestParamScopes.has('openid') && typeof oidc.params?.['nonce'] === 'string';

const sendChallenge = 'send code_challenge with code_challenge_method=S256';

/** The engine adds no description of its own to an error that is thrown here. */
const requireChallenge = (ctx: KoaContextWithOIDC, client: EngineClient, policy: PkcePolicy): boolean => {
  if (policy === 'exempt' || (policy === 'auto' && hasNonce(ctx))) return false;
  const remedy =
    policy === 'auto'
      ? `${sendChallenge}, or a nonce with the scope openid; the operator can set pkce: exempt for this client`
      : isPublic(client)
        ? `${sendChallenge}; every public client has to`
        : `${sendChallenge}; this client is configured to need it`;
  throw new errors.InvalidRequest(`PKCE is missing: ${remedy}`);
};

/**
 * Applies the rule of pkce-policy.ts to each request (RFC 7636). A client marked `issuer_tokens` redeems a code that
 * has no challenge, because its code is all that it sends. The engine refuses a verifier for a code without a challenge,
 * so a challenge can't be stripped.
 */
export const pkce = ({ security }: Config) =>
  ({
    pkce: {
      required: (ctx, client) =>
        client['issuer_tokens'] === true
          ? false
          : requireChallenge(ctx, client, pkcePolicyOf(client, isPublic(client), security.pkce)),
    },
  }) satisfies Configuration;

/**
 * The response of the JSON token endpoint has no ID token, so a nonce protects nothing there: without a challenge it
 * redeems codes of clients that are exempt or marked `issuer_tokens` only.
 */
export const refuseUnprotectedCode = (ctx: KoaContextWithOIDC): void => {
  if (getRequestContext(ctx.req).endpoint !== 'json') return;
  const { client } = ctx.oidc;
  if (client?.['issuer_tokens'] === true || client?.['pkce'] === 'exempt') return;
  const refusal = new errors.InvalidGrant('the code has no PKCE challenge');
  refusal.error_description = `the code has no PKCE challenge: ${sendChallenge} in the authorization request`;
  throw refusal;
};
