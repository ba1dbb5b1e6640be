import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { getRequestContext } from '../../provider/request-context.ts';
import type { DeviceDependencies } from './dependencies.ts';

/** RFC 8628 §5.1: every code that is entered may be a guess. */
export class UserCodesThrottled extends errors.OIDCProviderError {
  readonly waitSeconds: number;

  constructor(waitSeconds: number) {
    super(429, 'slow_down');
    this.error_description = 'too many codes were entered from this address, wait a moment';
    this.waitSeconds = waitSeconds;
  }
}

/** Counts right and wrong codes, and those of confirmations, which can be forged too. */
export const createUserCodeThrottle =
  ({ throttle, config }: Pick<DeviceDependencies, 'throttle' | 'config'>) =>
  async (ctx: KoaContextWithOIDC): Promise<void> => {
    const { address } = getRequestContext(ctx.req);
    const verdict = await throttle.takeByAddress(
      'device',
      address,
      config.security.throttle.device_per_address,
    );
    if (!verdict.allowed) throw new UserCodesThrottled(verdict.waitSeconds);
  };
