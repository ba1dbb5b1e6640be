/**
 * A grant type that exists for this test only: a client exchanges a voucher for tokens of the person that it was made
 * for. Everything that the server knows of it is in this file.
 */
import { errors, type TokenEndpointGrantContext } from 'oidc-provider';
import type { Feature } from '#src/feature.ts';

/** It contains the name of another grant type, which storage abbreviates. */
export const voucherGrant = 'urn:example:authorization_code:voucher';

export const createVoucherFeature = (vouchers: Map<string, string>): Feature => {
  const redeem = async (ctx: TokenEndpointGrantContext): Promise<void> => {
    const { provider, client, params } = ctx.oidc;
    const voucher = String(params['voucher']);
    const accountId = vouchers.get(voucher);
    if (accountId === undefined) throw new errors.InvalidGrant('no such voucher');
    vouchers.delete(voucher);
    ctx.oidc.entity('Voucher', { amr: ['voucher'], authTime: 1000 });

    const scope = 'openid offline_access';
    const grant = new provider.Grant({ accountId, clientId: client.clientId });
    grant.addOIDCScope(scope);
    const issued = { accountId, client, grantId: await grant.save(), gty: voucherGrant, scope };
    const accessToken = new provider.AccessToken(issued);
    const refreshToken = new provider.RefreshToken({ ...issued, amr: ['voucher'], authTime: 1000 });
    ctx.body = {
      access_token: await accessToken.save(),
      refresh_token: await refreshToken.save(),
      expires_in: accessToken.expiration,
      scope,
      token_type: 'Bearer',
    };
  };
  return {
    name: 'voucher-grant',
    grants: [
      {
        name: voucherGrant,
        handler: redeem,
        parameters: ['voucher'],
        requiresAuthentication: true,
        involvesPerson: true,
        signInSource: 'Voucher',
      },
    ],
  };
};
