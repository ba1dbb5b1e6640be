/**
 * Authorization requests that are pushed first (RFC 9126): how long they are good, and what of them can be kept.
 * That each is good once the store decides; who must push is a matter of the client and its profile.
 */
import { errors, type KoaContextWithOIDC, type Provider } from 'oidc-provider';
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';
import { nestsTooDeep } from '../../provider/nesting.ts';

export const pushedRequests = ({ tokens }: Pick<Config, 'tokens'>): Feature => ({
  name: 'pushed-requests',
  engine: {
    settings: {
      features: {
        pushedAuthorizationRequests: { enabled: true },
        claimsParameter: { assertClaimsParameter },
      },
    },
    attach: (provider) => endAfter(provider, tokens.par_ttl),
  },
});

/** OpenID Connect Core §5.5: a claim is asked for by null or an object, and a request is copied when it is pushed. */
const assertClaimsParameter = async (
  ctx: KoaContextWithOIDC,
  claims: { readonly userinfo?: object | undefined; readonly id_token?: object | undefined },
): Promise<void> => {
  const members = [claims.userinfo, claims.id_token].flatMap((wishes) => Object.values(wishes ?? {}));
  if (members.some((wish) => typeof wish !== 'object' || Array.isArray(wish))) {
    throw new errors.InvalidRequest(
      'each member of claims.userinfo and claims.id_token must be null or an object',
    );
  }
  if (nestsTooDeep(String(ctx.oidc.params?.['claims']))) {
    throw new errors.InvalidRequest('claims may be nested 32 deep');
  }
};

/** The engine's own lifetime is a minute; this is an end before that. */
const endAfter = (provider: Provider, longest: number): void => {
  const { prototype } = provider.PushedAuthorizationRequest;
  const { save } = prototype;
  prototype.save = function (ttl = longest) {
    return save.call(this, Math.min(ttl, longest));
  };
  provider.use(async (ctx: KoaContextWithOIDC, next) => {
    await next();
    if (ctx.status !== 201 || ctx.oidc?.route !== 'pushed_authorization_request') return;
    const { body } = ctx;
    // What `pushedAuthorizationRequestResponse` of the engine answers.
    const answer = body as { expires_in: number };
    answer.expires_in = Math.min(answer.expires_in, longest);
  });
};
