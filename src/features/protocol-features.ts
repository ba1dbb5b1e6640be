/** What applications may ask for, and what they get: consent, grants, tokens, clients, and the rules of the engine. */
import type { Feature } from '../feature.ts';
import { version } from '../version.ts';
import { access } from './access/index.ts';
import { authorizationDetails } from './authorization-details/index.ts';
import { authorizationResponses } from './authorization-responses/index.ts';
import { ciba } from './ciba/index.ts';
import { clientAuthentication } from './client-authentication/index.ts';
import { consent } from './consent/index.ts';
import type { FeatureDependencies } from './dependencies.ts';
import { device } from './device/index.ts';
import { jsonTokens } from './json-tokens/index.ts';
import { logout } from './logout/index.ts';
import { metadata } from './metadata/index.ts';
import { paddedScope } from './padded-scope/index.ts';
import { profiles } from './profiles/index.ts';
import { pushedRequests } from './pushed-requests/index.ts';
import { redirectBetweenSites } from './redirect-page/index.ts';
import { registration } from './registration/index.ts';
import { senderConstraint } from './sender-constraint/index.ts';
import { signedRequests } from './signed-requests/index.ts';
import { stepUp } from './step-up/index.ts';
import { subjects } from './subjects/index.ts';
import { tokenStatus } from './token-status/index.ts';
import { upstreamLogout } from './upstream-logout/index.ts';

/** The engine asks for the steps of `access` and `consent` after those of the sign-in. */
export const protocolFeatures = (dependencies: FeatureDependencies): readonly Feature[] => {
  const { config, store, clock, events, pages, engine, services } = dependencies;
  const { accounts, admission, clients, cookieKeys, keys, levels, outbox, rateLimits, throttle } = services;
  return [
    access({ config, events, accounts }),
    consent({ config, clock, events, accounts }),
    device({ config, clock, pages, throttle }),
    ciba({
      config,
      store,
      clock,
      events,
      pages,
      accounts,
      levels,
      throttle,
      outbox,
      cipher: keys.cipher,
      engine,
      cookieKeys,
    }),
    registration({ config, store, clock, admission, clients, throttle, engine }),
    tokenStatus(config, accounts),
    metadata(config),
    stepUp(levels),
    logout({ config, pages, accounts, outbox, engine }),
    subjects(),
    jsonTokens({ config, store, pages, version, engine }),
    { name: 'limits', provider: rateLimits.provider },
    { name: 'admission', provider: admission.provider },
    clientAuthentication(clients),
    senderConstraint(config),
    pushedRequests(config),
    paddedScope(),
    signedRequests,
    authorizationDetails(config),
    authorizationResponses({ pages, accounts, clock }),
    redirectBetweenSites(pages),
    upstreamLogout({
      admission,
      config,
      clock,
      events,
      pages,
      upstreams: services.upstreams,
      endUpstreamSessions: services.endUpstreamSessions,
      signOutCookies: services.signOutCookies,
    }),
    profiles,
  ];
};
