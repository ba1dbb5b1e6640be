/**
 * Owns the device flow (RFC 8628): how often a device may ask, how often codes may be entered, and the pages where a
 * person enters and confirms one. Not signing in and consent, whose steps the flow goes through like any other.
 */
import type { KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';
import type { Pages } from '../../http/pages/pages.ts';
import { factsOf } from '../../provider/facts.ts';
import { pacePolls } from '../../provider/models/polling.ts';
import type { Clock } from '../../store/port.ts';
import type { Throttle } from '../throttle/index.ts';
import { letConfirmAgain } from './in-flight.ts';
import { createDevicePages } from './pages.ts';
import { prefillUserCode } from './prefill.ts';
import { throttleUserCodes } from './user-codes.ts';

export interface DeviceParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly pages: Pages;
  readonly throttle: Throttle;
}

export const device = (parts: DeviceParts): Feature => {
  const { config, clock } = parts;
  const interval = config.tokens.device_interval;
  return {
    name: 'device',
    engine: {
      settings: {
        features: {
          deviceFlow: {
            enabled: true,
            // §6.1: no vowels, so no words; 20^8 codes, entered a few times a minute at most.
            charset: 'base-20',
            mask: '****-****',
            deviceInfo: (ctx: KoaContextWithOIDC) => ({
              ip: factsOf(ctx.req).address,
              ua: ctx.get('user-agent').slice(0, 200),
            }),
            ...createDevicePages(parts),
          },
        },
      },
      attach(provider) {
        pacePolls<InstanceType<Provider['DeviceCode']>>(provider.DeviceCode, {
          clock,
          interval,
          isPending: (code) => code.accountId === undefined && code.error === undefined,
        });
        letConfirmAgain(provider);
        throttleUserCodes(provider, parts);
        prefillUserCode(provider);
        provider.on('device_authorization.success', (_ctx: KoaContextWithOIDC, body: object) => {
          Object.assign(body, { interval });
        });
      },
    },
  };
};
