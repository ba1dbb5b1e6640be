import type { KoaContextWithOIDC } from 'oidc-provider';
import { getDpopJwt } from '../../provider/internals.ts';
import { getUnitOfWork } from '../../provider/request-context.ts';
import type { RouteMiddleware } from '../../provider/route-middleware.ts';
import { type ModelName, modelKey } from '../../provider/storage/ids.ts';
import { endOfProof } from './proofs.ts';

/** What a token request redeems, by the parameter that names it. */
const redeemed: readonly (readonly [parameter: string, model: ModelName])[] = [
  ['code', 'AuthorizationCode'],
  ['refresh_token', 'RefreshToken'],
  ['device_code', 'DeviceCode'],
  ['auth_req_id', 'BackchannelAuthenticationRequest'],
];

const redeemsSomethingKnown = (ctx: KoaContextWithOIDC): boolean =>
  redeemed.some(([parameter, model]) => {
    const value = ctx.oidc.params?.[parameter];
    const key = typeof value === 'string' ? modelKey(model, value) : undefined;
    return key !== undefined && getUnitOfWork(ctx).peek(key) !== undefined;
  });

/**
 * RFC 9449 §11.1: a proof is used once. oidc-provider marks it late, so the proof of a request that is refused before
 * that, as for a code that was used already, could be used again. With a code or token that is unknown the proof isn't
 * marked: a caller who has none could fill the store with marks.
 */
export const markProofOfRefused: RouteMiddleware = {
  route: 'token',
  async refused(ctx) {
    const { provider, client } = ctx.oidc;
    if (!client || !redeemsSomethingKnown(ctx)) return;
    const jti = getDpopJwt(provider, ctx)?.payload.jti;
    if (jti === undefined) return;
    await provider.ReplayDetection.unique(client.clientId, jti, endOfProof());
  },
};
