import type { Configuration } from 'oidc-provider';
import { scopeDescriptions } from '#config';
import { displayOf } from '../../http/interactions/client-display.ts';
import { routes } from '../../provider/paths.ts';
import { deviceConfirmPage, deviceDonePage } from '../../views/pages/device.ts';
import { describeScopes } from '../../views/scopes.ts';
import type { DeviceDependencies } from './dependencies.ts';
import { createEntryPage } from './entry-page.ts';
import { createPageSender } from './page-sender.ts';

type DeviceFlow = Exclude<NonNullable<Configuration['features']>['deviceFlow'], undefined>;
type Sources = Required<Pick<DeviceFlow, 'userCodeInputSource' | 'userCodeConfirmSource' | 'successSource'>>;

export const createDevicePages = ({ config, clock, pages }: DeviceDependencies): Sources => {
  const descriptions = scopeDescriptions(config);
  const { pageFor, send } = createPageSender(pages);
  return {
    userCodeInputSource: createEntryPage({ clock, pages }),

    userCodeConfirmSource(ctx, _form, client, deviceInfo, userCode) {
      const page = pageFor(ctx);
      const { ip, ua } = deviceInfo;
      const scope = ctx.oidc.deviceCode?.params?.['scope'];
      send(
        ctx,
        deviceConfirmPage(page, {
          action: routes.code_verification,
          xsrf: String(ctx.oidc.session?.state?.['secret']),
          typedCode: String(ctx.oidc.params?.['user_code']),
          displayedCode: userCode,
          client: displayOf(client),
          scopes: describeScopes(typeof scope === 'string' ? scope : '', descriptions, page.messages),
          ...(typeof ip === 'string' && { address: ip }),
          ...(typeof ua === 'string' && ua !== '' && { agent: ua }),
        }),
      );
    },

    successSource(ctx) {
      const { client } = ctx.oidc;
      if (!client) throw new Error('a device code was approved without a client');
      send(ctx, deviceDonePage(pageFor(ctx), { outcome: 'approved', client: displayOf(client) }));
    },
  };
};
