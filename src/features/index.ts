/**
 * The table of contents: every feature, what it is given, and in which order the engine asks its steps. Removing a
 * feature is removing its folder and its lines here.
 */
import type { Config } from '#config';
import type { Events } from '../events.ts';
import type { Feature } from '../feature.ts';
import type { Pages } from '../http/pages/pages.ts';
import type { Engine } from '../provider/engine.ts';
import { type Accounts, createAccounts } from '../services/accounts/index.ts';
import { type Audit, createAudit } from '../services/audit/index.ts';
import { type Clients, checkConfiguredClients, createClients } from '../services/clients/index.ts';
import { createKeys, type Keys } from '../services/keys/index.ts';
import { createOutbox } from '../services/outbox/index.ts';
import { createRateLimits, type RateLimits } from '../services/rate-limits/index.ts';
import { createThrottle } from '../services/throttle/index.ts';
import type { Clock, Store } from '../store/port.ts';
import { version } from '../version.ts';
import { authorizationDetails } from './authorization-details/index.ts';
import { authorizationResponses } from './authorization-responses/index.ts';
import { ciba } from './ciba/index.ts';
import { clientAuthentication } from './client-authentication/index.ts';
import { consent } from './consent/index.ts';
import { createAccount } from './create-account/index.ts';
import { device } from './device/index.ts';
import { health, type Readiness } from './health/index.ts';
import { jsonTokens } from './json-tokens/index.ts';
import { logout } from './logout/index.ts';
import { metadata } from './metadata/index.ts';
import type { Metrics } from './metrics/index.ts';
import { playground, playgroundClientConfigs } from './playground/index.ts';
import { profiles } from './profiles/index.ts';
import { pushedRequests } from './pushed-requests/index.ts';
import { registration } from './registration/index.ts';
import { selectAccount } from './select-account/index.ts';
import { senderConstraint } from './sender-constraint/index.ts';
import { signIn } from './sign-in/index.ts';
import { signedRequests } from './signed-requests/index.ts';
import { site } from './site/index.ts';
import { createAuthenticationLevels, stepUp } from './step-up/index.ts';
import { subjects } from './subjects/index.ts';
import { tokenStatus } from './token-status/index.ts';

export interface FeatureDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly pages: Pages;
  readonly metrics: Metrics;
  /** Those of somebody who only looks; absent: a server's own, which it makes and rotates. */
  readonly keys?: Keys;
  /** Built after the features, from what they bring. */
  readonly engine: () => Engine;
  readonly onFault: (error: unknown) => void;
}

/** What the engine and the doors ask directly. */
export interface Services {
  readonly accounts: Accounts;
  readonly audit: Audit;
  readonly clients: Clients;
  readonly keys: Keys;
  readonly limits: RateLimits;
  readonly readiness: Readiness;
}

export const createFeatures = async (
  dependencies: FeatureDependencies,
): Promise<{ readonly services: Services; readonly features: readonly Feature[] }> => {
  const { config, store, clock, events, pages, metrics, engine, onFault } = dependencies;
  const record = createAudit({ store, config, clock, events, cipher: () => keys.cipher, onFault });
  const keys = dependencies.keys ?? (await createKeys({ store, config, clock, events, onFault }));
  const accounts = createAccounts({ store, config, clock, events });
  const [cookieKey = ''] = keys.current().cookieKeys;
  const clients = createClients({
    store,
    config: { clients: [...config.clients, ...playgroundClientConfigs(config, cookieKey)] },
    clock,
    events,
    secretCipher: keys.cipher,
  });
  const throttle = createThrottle({ store, config, clock });
  const limited = createRateLimits({ config, store, clock, events });
  const levels = createAuthenticationLevels(config);
  const outbox = createOutbox({ store, clock, events, onFault });
  const alive = health(store, keys);
  return {
    services: { accounts, audit: record, clients, keys, limits: limited, readiness: alive.readiness },
    features: [
      // First, so that it stops last.
      record,
      metrics.feature({ events, clock, keys, accounts, audit: record, readiness: alive.readiness }),
      checkConfiguredClients({ config, clients, engine }),
      selectAccount(accounts),
      createAccount({ config, clock, events, accounts, throttle, levels }),
      signIn({
        config,
        clock,
        events,
        accounts,
        throttle,
        levels,
        cookieKeys: () => keys.current().cookieKeys,
      }),
      consent({ config, store, clock, events, accounts }),
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
        engine,
        cookieKeys: () => keys.current().cookieKeys,
      }),
      registration({ config, store, clock, clients, engine }),
      tokenStatus(config, accounts),
      metadata(config),
      stepUp(levels),
      logout({ config, pages, accounts, outbox, engine }),
      { name: 'deliveries', start: () => outbox.start() },
      subjects(),
      jsonTokens({ config, store, pages, version, engine }),
      limited,
      clientAuthentication(clients),
      senderConstraint(config),
      pushedRequests(config),
      signedRequests,
      authorizationDetails(config),
      authorizationResponses(pages),
      profiles,
      site(config, pages),
      playground({
        config,
        store,
        clock,
        pages,
        cookieKey,
        cookieKeys: () => keys.current().cookieKeys,
        cipher: keys.cipher,
      }),
      alive,
    ],
  };
};
