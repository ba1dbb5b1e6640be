/** The console and the administration API. Both change things through services/administration only. */
import type { Feature } from '../feature.ts';
import { type Administration, createAdministration } from '../services/administration/index.ts';
import { UnitOfWork } from '../store/unit-of-work.ts';
import { version } from '../version.ts';
import { adminApi } from './admin-api/index.ts';
import { consoleAccounts } from './console-accounts/index.ts';
import { consoleAudit } from './console-audit/index.ts';
import { consoleBranding } from './console-branding/index.ts';
import { consoleClients } from './console-clients/index.ts';
import { consoleGroups } from './console-groups/index.ts';
import { consoleHealth } from './console-health/index.ts';
import { consoleKeys } from './console-keys/index.ts';
import { consoleOutbox } from './console-outbox/index.ts';
import { consoleOverview } from './console-overview/index.ts';
import { consoleSessions } from './console-sessions/index.ts';
import type { FeatureDependencies } from './dependencies.ts';
import { createRequestReset } from './password-reset/index.ts';

/** @param others Features whose operations the API has too. */
export const administrationFeatures = (
  dependencies: FeatureDependencies,
  others: readonly Feature[],
): readonly Feature[] => {
  const { config, store, clock, pages, services, settings, engine } = dependencies;
  const { accounts, audit, clients, connectedApps, factors, groups, keys, levels, mail } = services;
  const { passkeys, readiness, sessions, siteImages, strengthOf } = services;
  const { storedUpstreams, upstreamLinks, upstreams } = services;
  const administration = administrationOf(dependencies);
  return [
    consoleOverview({
      config,
      store,
      accounts,
      clients,
      factors,
      groups,
      passkeys,
      signInCounts: services.signInCounts,
    }),
    consoleAccounts({
      config,
      store,
      accounts,
      administration,
      clients,
      connectedApps,
      factors,
      mail,
      passkeys,
      sessions,
      upstreamLinks,
      upstreams,
    }),
    consoleGroups({ accounts, administration, groups }),
    consoleSessions({ config, store, accounts, administration, clients, sessions }),
    consoleClients({ config, clock, clients, administration }),
    consoleBranding({ siteImages, administration }),
    consoleKeys({ keys, administration }),
    consoleAudit({ config, store, accounts, administration }),
    consoleOutbox({ store, administration }),
    consoleHealth({ config, readiness, audit, version, settings }),
    adminApi(
      {
        config,
        store,
        clock,
        accounts,
        administration,
        audit,
        clients,
        connectedApps,
        engine,
        factors,
        groups,
        keys,
        levels,
        pages,
        passkeys,
        readiness,
        sessions,
        storedUpstreams,
        strengthOf,
        upstreamLinks,
        version,
        settings,
      },
      others.flatMap(({ adminRoutes = [] }) => adminRoutes),
    ),
  ];
};

const administrationOf = ({
  config,
  store,
  clock,
  events,
  services,
}: FeatureDependencies): Administration => {
  const { mail } = services;
  const requestReset = createRequestReset({ mail, clock });
  return createAdministration({
    config,
    store,
    clock,
    events,
    accounts: services.accounts,
    groups: services.groups,
    clients: services.clients,
    keys: services.keys,
    sessions: services.sessions,
    connectedApps: services.connectedApps,
    factors: services.factors,
    passkeys: services.passkeys,
    upstreamLinks: services.upstreamLinks,
    storedUpstreams: services.storedUpstreams,
    provisioning: services.provisioning,
    links: services.oneTimeLinks,
    mail,
    throttle: services.throttle,
    endEverything: services.endEverything,
    accountRemoval: services.accountRemoval,
    hasMakerRight: services.hasMakerRight,
    notices: services.notices,
    siteImages: services.siteImages,
    sendPasswordReset: mail.isEnabled
      ? async (account) => {
          const work = new UnitOfWork(store);
          await requestReset(account, work);
          await work.commit();
        }
      : undefined,
  });
};
