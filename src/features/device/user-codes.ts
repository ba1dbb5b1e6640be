import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { getRequestContext } from '../../provider/request-context.ts';
import { networkOf } from '../../services/throttle/index.ts';
import type { DeviceDependencies } from './index.ts';

/** Too many codes from one address: each one entered is a guess (RFC 8628 §5.1). */
export class UserCodesThrottled extends errors.OIDCProviderError {
  readonly waitSeconds: number;

  constructor(waitSeconds: number) {
    super(429, 'slow_down');
    this.error_description = 'too many codes were entered from this address, wait a moment';
    this.waitSeconds = waitSeconds;
  }
}

/** Counted whether the code is right or wrong, typed or confirmed: a confirmation can be made up as well. */
export const createUserCodeThrottle =
  ({ throttle, config }: DeviceDependencies) =>
  async (ctx: KoaContextWithOIDC): Promise<void> => {
    const addressRange = networkOf(getRequestContext(ctx.req).address);
    const verdict = await throttle.take('device', addressRange, config.security.throttle.device_per_address);
    if (!verdict.allowed) throw new UserCodesThrottled(verdict.waitSeconds);
  };
