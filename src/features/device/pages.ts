import type { Configuration } from 'oidc-provider';
import { displayOf } from '../../http/interactions/client-display.ts';
import { routes } from '../../provider/paths.ts';
import { deviceConfirmPage, deviceDonePage } from '../../views/pages/device.ts';
import type { DeviceDependencies } from './dependencies.ts';
import { createEntryPage } from './entry-page.ts';
import { createPageSender } from './page-sender.ts';

type DeviceFlow = Exclude<NonNullable<Configuration['features']>['deviceFlow'], undefined>;
type Sources = Required<Pick<DeviceFlow, 'userCodeInputSource' | 'userCodeConfirmSource' | 'successSource'>>;

export const createDevicePages = ({ clock, pages }: Pick<DeviceDependencies, 'clock' | 'pages'>): Sources => {
  const { pageFor, send } = createPageSender(pages);
  return {
    userCodeInputSource: createEntryPage({ clock, pages }),

    userCodeConfirmSource(ctx, _form, client, deviceInfo, userCode) {
      const { ip, ua } = deviceInfo;
      send(
        ctx,
        deviceConfirmPage(pageFor(ctx), {
          action: routes.code_verification,
          xsrf: String(ctx.oidc.session?.state?.['secret']),
          typedCode: String(ctx.oidc.params?.['user_code']),
          displayedCode: userCode,
          client: displayOf(client),
          ...(typeof ip === 'string' && { address: ip }),
          ...(typeof ua === 'string' && ua !== '' && { agent: ua }),
        }),
      );
    },

    successSource(ctx) {
      const { client } = ctx.oidc;
      if (!client) throw new Error('a device code was approved without a client');
      const enterCode = routes.code_verification;
      send(ctx, deviceDonePage(pageFor(ctx), { outcome: 'approved', client: displayOf(client), enterCode }));
    },
  };
};
