import type { Provider } from 'oidc-provider';
import type { EngineClient } from '../engine-types.ts';
import { findUnitOfWork } from '../request-context.ts';
import type { Override } from './override.ts';

type Request = InstanceType<Provider['BackchannelAuthenticationRequest']>;

/** The types of the engine leave this method out. */
interface Client {
  readonly clientId: string;
  readonly backchannelClientNotificationEndpoint?: string;
  readonly from_registration?: boolean;
  backchannelPing(request: Request): Promise<void>;
}

const originals = new WeakMap<Provider, Client['backchannelPing']>();

/** Calls the engine's own method, which posts the notification. */
export const sendPing = async (provider: Provider, client: EngineClient, request: Request): Promise<void> =>
  originals.get(provider)?.call(client as unknown as Client, request);

export const clientPing: Override = {
  name: 'client-ping',
  symbols: ['Client.prototype.backchannelPing'],
  reason:
    'The engine notifies the client while the person who answered waits, and once. Here the notification is ' +
    'committed with the answer and retried (OpenID Connect CIBA §10.2).',
  test: 'test/protocol/ciba.test.ts',
  apply(provider, { options: { clientPing } }) {
    if (!clientPing) return;
    const prototype = provider.Client.prototype as unknown as Client;
    originals.set(provider, prototype.backchannelPing);
    prototype.backchannelPing = function (this: Client, request) {
      // The engine calls it after a decision on a page, where there is no engine request to take the unit of work from.
      const { clientId: client, backchannelClientNotificationEndpoint: address } = this;
      const isFromRegistration = this.from_registration === true;
      const ping = { client, address, isFromRegistration, requestId: request.jti };
      return clientPing.enqueue(ping, findUnitOfWork());
    };
  },
};
