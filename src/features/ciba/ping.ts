import { sendPing } from '../../provider/overrides/client-ping.ts';
import type { ClientPingOptions } from '../../provider/overrides/options.ts';
import { decryptValue, encryptValue } from '../../provider/storage/redeemable-values.ts';
import { toClient } from '../../services/outbox/index.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { CibaDependencies } from './dependencies.ts';

/** Deliveries have no family that is known before they are stored. */
const place = { kind: kinds.delivery, family: 'ping' };

/** OpenID Connect CIBA §10.2: the ping only says that the client can fetch the result. It contains no token. */
export const pingThroughOutbox = ({
  outbox,
  engine,
  cipher,
}: Pick<CibaDependencies, 'outbox' | 'engine' | 'cipher'>): ClientPingOptions => {
  outbox.handle('ping', async ({ client: id = '', request: stored = '' }) => {
    const { provider } = engine();
    const requestId = decryptValue(cipher, place, stored);
    const client = await provider.Client.find(id);
    const request = await provider.BackchannelAuthenticationRequest.find(requestId, {
      ignoreExpiration: true,
    });
    // The client was removed or has fetched the answer meanwhile.
    if (!client || !request || request.consumed) return;
    await sendPing(provider, client, request);
  });
  return {
    enqueue({ requestId, ...receiver }, work) {
      const request = encryptValue(cipher, place, requestId);
      return outbox.send('ping', { ...toClient(receiver), request }, work);
    },
  };
};
