import type { FastifyBaseLogger } from 'fastify';
import type { Config } from '#config';
import type { Events } from '../events.ts';
import type { Feature } from '../feature.ts';
import { bindToBrowser, limitOpenSignIns, rememberNextStep } from '../http/interactions/index.ts';
import type { Pages } from '../http/pages/pages.ts';
import { createRenderError } from '../http/pages/render-error.ts';
import { createMappableClaims } from '../provider/claims/claim-mapping.ts';
import { createClaimRelease } from '../provider/claims/claim-release.ts';
import { Engine } from '../provider/engine.ts';
import type { GrantType } from '../provider/grant-types.ts';
import type { ProviderSettings } from '../provider/provider-settings.ts';
import { findAccount } from '../provider/settings/account.ts';
import { createReadAuthentication } from '../provider/settings/authentication.ts';
import type { Services } from '../services/index.ts';
import type { Clock, Store } from '../store/port.ts';

interface Dependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly log: FastifyBaseLogger;
  readonly services: Services;
  readonly pages: Pages;
  readonly grantTypes: readonly GrantType[];
  readonly features: readonly Feature[];
}

/** Wires the engine. */
export const createEngine = (dependencies: Dependencies): Engine => {
  const { config, store, clock, events, log, services, pages, grantTypes, features } = dependencies;
  const { accounts, clients, keys } = services;
  return new Engine(
    {
      config,
      store,
      clock,
      clients,
      admit: services.admission.admit,
      operatorClaims: services.extensions.claims,
      groupsOf: async (id) => (await accounts.find(id))?.groups,
      events,
      cipher: keys.cipher,
      onUncaughtError: (error, correlation) => log.error({ err: error, correlation }, 'the engine failed'),
      renderError: createRenderError({
        pages,
        clock,
        registered: config.mode === 'development' ? clients : undefined,
      }),
      grantTypes,
      policy: features.flatMap(({ steps = [] }) => steps.map(({ prompt }) => prompt)),
      features: [
        { owner: 'accounts', provider: accountsOfEngine(dependencies) },
        { owner: 'interactions', provider: bindToBrowser(config, services.cookieKeys) },
        { owner: 'interactions', provider: rememberNextStep(config) },
        { owner: 'interactions', provider: limitOpenSignIns(config) },
        ...features.flatMap(({ name, provider }) => (provider ? [{ owner: name, provider }] : [])),
      ],
    },
    keys.current(),
  );
};

const accountsOfEngine = ({ config, services, grantTypes }: Dependencies): ProviderSettings => ({
  settings: {
    findAccount: findAccount({
      accounts: services.accounts,
      assuranceClaim: config.tokens.level_of_assurance_claim,
      readAuthentication: createReadAuthentication(grantTypes),
      isReleased: createClaimRelease(config),
      operatorClaims: services.extensions.claims,
      mappable: createMappableClaims(config),
    }),
  },
});
