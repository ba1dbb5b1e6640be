import type { ClientDisplay } from '../../views/page.ts';
import type { EngineClient } from './step.ts';

/** The home page that the operator vouches for: a client that registered itself could name anybody's. */
export const homepageOf = (client: EngineClient): string | undefined =>
  client['from_registration'] === true ? undefined : client.clientUri;

const originOrScheme = (uri: string): string => {
  const { origin, protocol } = new URL(uri);
  return origin === 'null' ? protocol : origin;
};

/** A proxy in front takes headers of four kilobytes, as a rule: an application may have a host for each customer. */
const maxOrigins = 32;

/**
 * Where an application is, an address for each place. Browsers hold `form-action` against each redirect that follows a
 * form, so also against those of the application: from its redirect URI home, as a rule.
 */
export const formActionOrigins = (client: EngineClient | undefined): readonly string[] => {
  const { clientUri, redirectUris = [], postLogoutRedirectUris = [] } = client ?? {};
  const uris = [...(clientUri === undefined ? [] : [clientUri]), ...redirectUris, ...postLogoutRedirectUris];
  const byOrigin = new Map(uris.map((uri) => [originOrScheme(uri), uri]));
  return [...byOrigin.values()].slice(0, maxOrigins);
};

/** An application as people see it; its host at least is one that it is in control of. */
export const displayOf = (client: EngineClient): ClientDisplay => {
  const home = URL.parse(homepageOf(client) ?? client.redirectUris?.[0] ?? '');
  return {
    name: client.clientName ?? client.clientId,
    ...(home?.host && { host: home.host }),
    ...(client.logoUri !== undefined && { logo: client.logoUri }),
  };
};
