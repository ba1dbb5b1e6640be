import type { CustomFetch } from 'openid-client';
import type { Config } from '#config';
import type { Events } from '../../events.ts';
import { createFetch } from '../../provider/outgoing/fetch.ts';
import type { Upstream } from './upstream.ts';

/** Requests to one upstream go through the guarded fetch, with the networks and the time that its operator allows. */
export const createUpstreamFetch = (
  { allowedNetworks, networksSetting, timeoutMs }: Upstream,
  { config, events }: { readonly config: Pick<Config, 'mode'>; readonly events: Pick<Events, 'emit'> },
): CustomFetch => {
  const guarded = createFetch(
    { mode: config.mode, security: { outbound: { allowed_networks: allowedNetworks } } },
    { events, maxMs: timeoutMs, setting: networksSetting },
  );
  return (url, { body, headers, method, signal }) =>
    guarded(url, {
      method,
      headers,
      ...(body !== null && body !== undefined && { body: String(body) }),
      ...(signal && { signal }),
    });
};
