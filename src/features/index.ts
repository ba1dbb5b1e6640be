/**
 * The table of contents: every feature, what it is given, and in which order the engine asks its steps. Removing a
 * feature is removing its folder and its lines here.
 */
import type { Config } from '#config';
import type { Events } from '../events.ts';
import type { Feature } from '../feature.ts';
import type { Pages } from '../http/pages/pages.ts';
import type { Engine } from '../provider/engine.ts';
import type { Clock, Store } from '../store/port.ts';
import { version } from '../version.ts';
import { type Accounts, createAccounts } from './accounts/index.ts';
import { type Audit, audit } from './audit/index.ts';
import { authorizationDetails } from './authorization-details/index.ts';
import { authorizationResponses } from './authorization-responses/index.ts';
import { ciba } from './ciba/index.ts';
import { clientAuthentication } from './client-authentication/index.ts';
import { type Clients, configuredClientsFit, createClients } from './clients/index.ts';
import { consent } from './consent/index.ts';
import { createAccount } from './create-account/index.ts';
import { createDeliveries } from './deliveries/index.ts';
import { device } from './device/index.ts';
import { health, type Readiness } from './health/index.ts';
import { jsonTokens } from './json-tokens/index.ts';
import { createKeys, type Keys } from './keys/index.ts';
import { type Limits, limits } from './limits/index.ts';
import { logout } from './logout/index.ts';
import { metadata } from './metadata/index.ts';
import type { Metrics } from './metrics/index.ts';
import { clientsOfPlayground, playground } from './playground/index.ts';
import { profiles } from './profiles/index.ts';
import { pushedRequests } from './pushed-requests/index.ts';
import { registration } from './registration/index.ts';
import { selectAccount } from './select-account/index.ts';
import { senderConstraint } from './sender-constraint/index.ts';
import { signIn } from './sign-in/index.ts';
import { signedRequests } from './signed-requests/index.ts';
import { site } from './site/index.ts';
import { createLevels, stepUp } from './step-up/index.ts';
import { subjects } from './subjects/index.ts';
import { createThrottle } from './throttle/index.ts';
import { tokenStatus } from './token-status/index.ts';

export interface House {
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
  readonly limits: Limits;
  readonly readiness: Readiness;
}

export const createFeatures = async (
  house: House,
): Promise<{ readonly services: Services; readonly features: readonly Feature[] }> => {
  const { config, store, clock, events, pages, metrics, engine, onFault } = house;
  const record = audit({ store, config, clock, events, box: () => keys.box, onFault });
  const keys = house.keys ?? (await createKeys({ store, config, clock, events, onFault }));
  const accounts = createAccounts({ store, config, clock, events });
  const [sealKey = ''] = keys.current().cookieKeys;
  const clients = createClients({
    store,
    config: { clients: [...config.clients, ...clientsOfPlayground(config, sealKey)] },
    clock,
    events,
    secretBox: keys.box,
  });
  const throttle = createThrottle({ store, config, clock });
  const limited = limits({ config, store, clock, events });
  const levels = createLevels(config);
  const deliveries = createDeliveries({ store, clock, events, onFault });
  const alive = health(store, keys);
  return {
    services: { accounts, audit: record, clients, keys, limits: limited, readiness: alive.readiness },
    features: [
      // First, so that it stops last.
      record,
      metrics.feature({ events, clock, keys, accounts, audit: record, readiness: alive.readiness }),
      configuredClientsFit({ config, clients, engine }),
      selectAccount(accounts),
      createAccount({ config, clock, events, accounts, throttle, levels }),
      signIn({
        config,
        clock,
        events,
        accounts,
        throttle,
        levels,
        sealKeys: () => keys.current().cookieKeys,
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
        deliveries,
        engine,
        sealKeys: () => keys.current().cookieKeys,
      }),
      registration({ config, store, clock, clients, engine }),
      tokenStatus(config, accounts),
      metadata(config),
      stepUp(levels),
      logout({ config, pages, accounts, deliveries, engine }),
      { name: 'deliveries', start: () => deliveries.start() },
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
        sealKey,
        sealKeys: () => keys.current().cookieKeys,
        box: keys.box,
      }),
      alive,
    ],
  };
};
