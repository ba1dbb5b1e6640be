import type { Provider } from 'oidc-provider';
import type { CibaDependencies } from './dependencies.ts';

type Request = InstanceType<Provider['BackchannelAuthenticationRequest']>;

interface PingableClient {
  readonly clientId: string;
  backchannelPing(request: Request): Promise<void>;
}

/** CIBA §10.2: the client is told that there is an answer; what it is told with stays where the request is kept. */
export const pingThroughOutbox = ({ outbox, engine }: Pick<CibaDependencies, 'outbox' | 'engine'>) => {
  const originalPings = new WeakMap<Provider, PingableClient['backchannelPing']>();

  outbox.handle('ping', async ({ client: id = '', request: requestId = '' }) => {
    const { provider } = engine();
    const client = await provider.Client.find(id);
    const request = await provider.BackchannelAuthenticationRequest.find(requestId, {
      ignoreExpiration: true,
    });
    // Removed or fetched meanwhile: done.
    if (!client || !request || request.consumed) return;
    await originalPings.get(provider)?.call(client as unknown as PingableClient, request);
  });

  return {
    attach(provider: Provider): void {
      // Not in the engine's types.
      const prototype = provider.Client.prototype as unknown as PingableClient;
      originalPings.set(provider, prototype.backchannelPing);
      prototype.backchannelPing = function (this: PingableClient, request) {
        return outbox.send('ping', { client: this.clientId, request: request.jti });
      };
    },
  };
};
