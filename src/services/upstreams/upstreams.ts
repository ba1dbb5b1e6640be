import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Clock } from '../../store/port.ts';
import { createVerifyLogoutToken, type VerifyLogoutToken } from './logout-token.ts';
import { createOAuth2 } from './oauth2.ts';
import { createOpenid, type OpenidProtocol } from './openid.ts';
import { createUpstreamFetch } from './outbound.ts';
import { callbackPath } from './paths.ts';
import type { UpstreamProtocol } from './protocol.ts';
import { upstreamsOf } from './settings.ts';
import type { Upstream } from './upstream.ts';

/** An upstream, and how to speak to it. */
export interface ConnectedUpstream extends Upstream {
  readonly protocol: UpstreamProtocol;
  /** Absent for a provider without OpenID Connect. */
  readonly openid?: OpenidProtocol;
  readonly verifyLogoutToken?: VerifyLogoutToken;
  readonly fetch: ReturnType<typeof createUpstreamFetch>;
}

export interface Upstreams {
  readonly all: readonly ConnectedUpstream[];
  find(id: string | undefined): ConnectedUpstream | undefined;
  /** The upstream that people with this e-mail address are sent to. */
  forAddress(address: string): ConnectedUpstream | undefined;
}

interface Dependencies {
  readonly config: Config;
  readonly clock: Clock;
  readonly events: Events;
}

export const createUpstreams = ({ config, clock, events }: Dependencies): Upstreams => {
  const isDevelopment = config.mode === 'development';

  const connect = (upstream: Upstream): ConnectedUpstream => {
    const redirectUri = `${config.issuer}${callbackPath(upstream.id)}`;
    const fetch = createUpstreamFetch(upstream, { config, events });
    const { oauth2: endpoints } = upstream;
    if (endpoints) {
      const protocol = createOAuth2({ upstream, endpoints, redirectUri, fetch, isDevelopment });
      return { ...upstream, protocol, fetch };
    }
    const openid = createOpenid({ upstream, redirectUri, fetch, isDevelopment, clock });
    const { metadata } = openid;
    const verifyLogoutToken = createVerifyLogoutToken({ upstream, metadata, fetch, isDevelopment, clock });
    return { ...upstream, protocol: openid, openid, verifyLogoutToken, fetch };
  };

  const all = upstreamsOf(config).map(connect);
  const byId = new Map(all.map((upstream) => [upstream.id, upstream]));
  const byDomain = new Map(all.flatMap((upstream) => upstream.domains.map((domain) => [domain, upstream])));

  return {
    all,
    find: (id) => (id === undefined ? undefined : byId.get(id)),
    forAddress(address) {
      const at = address.lastIndexOf('@');
      return at < 1
        ? undefined
        : byDomain.get(
            address
              .slice(at + 1)
              .trim()
              .toLowerCase(),
          );
    },
  };
};
