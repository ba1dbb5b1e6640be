import { errors, Provider } from 'oidc-provider';
import { factsOf } from '../../provider/facts.ts';
import { network } from '../throttle/index.ts';
import type { DeviceParts } from './index.ts';

/** Too many codes from one address: each one entered is a guess (RFC 8628 §5.1). */
export class CodesThrottled extends errors.OIDCProviderError {
  readonly waitSeconds: number;

  constructor(waitSeconds: number) {
    super(429, 'slow_down');
    this.error_description = 'too many codes were entered from this address, wait a moment';
    this.waitSeconds = waitSeconds;
  }
}

/** Counted whether the code is right or wrong, typed or confirmed: a confirmation can be made up as well. */
export const throttleUserCodes = (provider: Provider, { throttle, config }: DeviceParts): void => {
  const find = provider.DeviceCode.findByUserCode.bind(provider.DeviceCode);
  provider.DeviceCode.findByUserCode = async (code, options) => {
    const ctx = Provider.ctx;
    if (!ctx) throw new Error('user codes are looked up inside a request');
    const from = network(factsOf(ctx.req).address);
    const verdict = await throttle.take('device', from, config.security.throttle.device_per_address);
    if (!verdict.allowed) throw new CodesThrottled(verdict.waitSeconds);
    return find(code, options);
  };
};
