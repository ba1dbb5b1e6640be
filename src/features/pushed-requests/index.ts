/**
 * Authorization requests that are pushed first (RFC 9126): how long they are good, and what of them can be kept.
 * That each is good once the store decides; who must push is a matter of the client and its profile.
 */
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';
import { nestsTooDeeply } from '../../provider/json-depth.ts';

export const pushedRequests = ({ tokens }: Pick<Config, 'tokens'>): Feature => ({
  name: 'pushed-requests',
  provider: {
    settings: {
      features: {
        pushedAuthorizationRequests: { enabled: true },
        claimsParameter: { assertClaimsParameter },
      },
    },
    overrides: { pushedRequestSave: { maxSeconds: tokens.par_ttl } },
    attach: (provider) => limitLifetime(provider, tokens.par_ttl),
  },
});

/** OpenID Connect Core §5.5: a claim is asked for by null or an object, and a request is copied when it is pushed. */
const assertClaimsParameter = async (
  ctx: KoaContextWithOIDC,
  claims: { readonly userinfo?: object | undefined; readonly id_token?: object | undefined },
): Promise<void> => {
  const members = [claims.userinfo, claims.id_token].flatMap((claimRequests) =>
    Object.values(claimRequests ?? {}),
  );
  if (members.some((claimRequest) => typeof claimRequest !== 'object' || Array.isArray(claimRequest))) {
    throw new errors.InvalidRequest(
      'each member of claims.userinfo and claims.id_token must be null or an object',
    );
  }
  if (nestsTooDeeply(String(ctx.oidc.params?.['claims']))) {
    throw new errors.InvalidRequest('claims may be nested 32 deep');
  }
};

/** The engine's own lifetime is a minute; this is an end before that. */
const limitLifetime = (provider: Provider, maxSeconds: number): void => {
  provider.use(async (ctx: KoaContextWithOIDC, next) => {
    await next();
    if (ctx.status !== 201 || ctx.oidc?.route !== 'pushed_authorization_request') return;
    const { body } = ctx;
    // What `pushedAuthorizationRequestResponse` of the engine answers.
    const answer = body as { expires_in: number };
    answer.expires_in = Math.min(answer.expires_in, maxSeconds);
  });
};
