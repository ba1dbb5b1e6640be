/**
 * Owns the device flow (RFC 8628): how often a device may ask, how often codes may be entered, and the pages where a
 * person enters and confirms one. Not signing in and consent, whose steps the flow goes through like any other.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';
import type { Pages } from '../../http/pages/pages.ts';
import { getRequestContext } from '../../provider/request-context.ts';
import type { Throttle } from '../../services/throttle/index.ts';
import type { Clock } from '../../store/port.ts';
import { deviceDeclaration } from './declaration.ts';
import { createDevicePages } from './pages.ts';
import { prefillUserCode } from './prefilled-code.ts';
import { createUserCodeThrottle } from './user-codes.ts';

export interface DeviceDependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly pages: Pages;
  readonly throttle: Throttle;
}

export const device = (dependencies: DeviceDependencies): Feature => {
  const { config } = dependencies;
  const interval = config.tokens.device_interval;
  return {
    ...deviceDeclaration,
    provider: {
      settings: {
        features: {
          deviceFlow: {
            enabled: true,
            // §6.1: no vowels, so no words; 20^8 codes, entered a few times a minute at most.
            charset: 'base-20',
            mask: '****-****',
            deviceInfo: (ctx: KoaContextWithOIDC) => ({
              ip: getRequestContext(ctx.req).address,
              ua: ctx.get('user-agent').slice(0, 200),
            }),
            ...createDevicePages(dependencies),
          },
        },
      },
      overrides: {
        pollRate: { deviceInterval: interval },
        deviceUserCode: { beforeLookup: createUserCodeThrottle(dependencies) },
      },
      attach(provider) {
        prefillUserCode(provider);
        provider.on('device_authorization.success', (_ctx: KoaContextWithOIDC, body: object) => {
          Object.assign(body, { interval });
        });
      },
    },
  };
};
