import { sendPing } from '../../provider/overrides/client-ping.ts';
import type { ClientPingOptions } from '../../provider/overrides/options.ts';
import type { CibaDependencies } from './dependencies.ts';

/** OpenID Connect CIBA §10.2: the ping only says that the client can fetch the result. It contains no token. */
export const pingThroughOutbox = ({
  outbox,
  engine,
}: Pick<CibaDependencies, 'outbox' | 'engine'>): ClientPingOptions => {
  outbox.handle('ping', async ({ client: id = '', request: requestId = '' }) => {
    const { provider } = engine();
    const client = await provider.Client.find(id);
    const request = await provider.BackchannelAuthenticationRequest.find(requestId, {
      ignoreExpiration: true,
    });
    // The client was removed or has fetched the answer meanwhile.
    if (!client || !request || request.consumed) return;
    await sendPing(provider, client, request);
  });
  return {
    enqueue: (client, request, work) => outbox.send('ping', { client, request }, work),
  };
};
