/**
 * Authorization requests that are pushed first (RFC 9126): how long they are good. That each is good once the store
 * decides; who must push is a matter of the client and its profile.
 */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';

export const pushedRequests = ({ tokens }: Pick<Config, 'tokens'>): Feature => ({
  name: 'pushed-requests',
  engine: {
    settings: { features: { pushedAuthorizationRequests: { enabled: true } } },
    attach: (provider) => endAfter(provider, tokens.par_ttl),
  },
});

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
