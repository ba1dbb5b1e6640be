import type { Provider } from 'oidc-provider';
import type { CibaParts } from './index.ts';

type Request = InstanceType<Provider['BackchannelAuthenticationRequest']>;

interface Pinged {
  readonly clientId: string;
  backchannelPing(request: Request): Promise<void>;
}

/** CIBA §10.2: the client is told that there is an answer; what it is told with stays where the request is kept. */
export const pingInBackground = ({ deliveries, engine }: Pick<CibaParts, 'deliveries' | 'engine'>) => {
  const pings = new WeakMap<Provider, Pinged['backchannelPing']>();

  deliveries.carry('ping', async ({ client: id = '', request: requestId = '' }) => {
    const { provider } = engine();
    const client = await provider.Client.find(id);
    const request = await provider.BackchannelAuthenticationRequest.find(requestId, {
      ignoreExpiration: true,
    });
    // Removed or fetched meanwhile: done.
    if (!client || !request || request.consumed) return;
    await pings.get(provider)?.call(client as unknown as Pinged, request);
  });

  return {
    attach(provider: Provider): void {
      // Not in the engine's types.
      const prototype = provider.Client.prototype as unknown as Pinged;
      pings.set(provider, prototype.backchannelPing);
      prototype.backchannelPing = function (this: Pinged, request) {
        return deliveries.send('ping', { client: this.clientId, request: request.jti });
      };
    },
  };
};
