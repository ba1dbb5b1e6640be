import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Config } from '#config';
import type { PendingRecord } from '../../provider/admission.ts';
import type { EngineClient } from '../../provider/engine-types.ts';
import { getRequestContext } from '../../provider/request-context.ts';
import { type LimitedUse, usesOfAddress } from '../rate-limits/uses-of-address.ts';

type Limits = Config['security']['throttle'];

/** What is counted for a pending record, and whether the caller is known. */
export interface PendingUse {
  /** A person who is signed in, or a client that an operator registered and that has authenticated. */
  readonly known: boolean;
  readonly uses: readonly LimitedUse[];
}

/** Anyone can send the requests of such a client. */
export const isNewcomer = (client: EngineClient): boolean =>
  client.clientAuthMethod === 'none' || client['from_registration'] === true;

const ofAddress = (what: string, ctx: KoaContextWithOIDC, limit: number): PendingUse => ({
  known: false,
  uses: usesOfAddress(what, getRequestContext(ctx.req).address, limit),
});

const isKnownClient = ({ oidc: { client } }: KoaContextWithOIDC): boolean =>
  client !== undefined && !isNewcomer(client);

const ofClient = (what: string, ctx: KoaContextWithOIDC, limit: number): PendingUse =>
  isKnownClient(ctx) ? { known: true, uses: [] } : ofAddress(what, ctx, limit);

/** A sign-in that a browser starts without a session. */
export const signInStart = 'sign-in-start';

export const pendingUseOf = (
  ctx: KoaContextWithOIDC,
  model: PendingRecord['model'],
  limits: Limits,
): PendingUse => {
  switch (model) {
    case 'AuthorizationCode':
    case 'Interaction': {
      const account = ctx.oidc.session?.accountId;
      if (account === undefined) return ofAddress(signInStart, ctx, limits.sign_in_start_per_address);
      const limit = limits.sign_in_start_per_account;
      return { known: true, uses: [{ name: `sign-in-start-account ${account}`, limit }] };
    }
    case 'Session':
      return ofAddress('form-state', ctx, limits.sign_in_start_per_address);
    case 'PushedAuthorizationRequest':
      return ofClient('pushed-request', ctx, limits.pushed_request_per_address);
    case 'DeviceCode':
      return ofClient('device-code', ctx, limits.device_code_per_address);
    case 'BackchannelAuthenticationRequest':
      // Its client has authenticated, and a person gets few requests of it (features/ciba/accept-request.ts).
      return { known: isKnownClient(ctx), uses: [] };
  }
};
