/**
 * Owns the device flow (RFC 8628): how often a device may poll, how often codes may be entered, and the pages where a
 * person enters and confirms a code. The sign-in and the consent on the way belong to their features.
 *
 * POST /oauth/device_authorization   the engine makes a device code and a user code
 * GET  /oauth/device                 the form for the user code (entry-page.ts); `user_code` in the query fills it in
 * POST /oauth/device                 right code               -> the page that confirms the device
 *                                    wrong, used or expired   -> 422, the form again
 *                                    too many codes           -> 429, the form again
 *                                    an older form            -> 303 to the form
 *                                    `confirm=yes`            -> the code is in flight; sign-in and consent follow
 *                                    `abort=yes`              -> `access_denied`, the page "denied"
 * GET  /oauth/device/:uid            the engine resumes after sign-in and consent -> the page "approved"
 * POST /oauth/token                  the device polls; the engine redeems the device code
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { Feature } from '../../feature.ts';
import { getRequestContext } from '../../provider/request-context.ts';
import { deviceDeclaration } from './declaration.ts';
import type { DeviceDependencies } from './dependencies.ts';
import { createDevicePages } from './pages.ts';
import { prefillUserCode } from './prefilled-code.ts';
import { createUserCodeThrottle } from './user-codes.ts';

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
            // RFC 8628 §6.1: without vowels a code spells no word. There are 20^8 codes.
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
      routes: [prefillUserCode],
      listeners: {
        'device_authorization.success': (_ctx, body: object) => {
          Object.assign(body, { interval });
        },
      },
    },
  };
};
