/**
 * The table of contents: every feature, what it receives, and in which order the engine asks their steps. To remove a
 * feature, delete its folder and its lines here.
 */
import type { Config, EffectiveValue } from '#config';
import type { Events } from '../events.ts';
import type { Feature } from '../feature.ts';
import type { Pages } from '../http/pages/pages.ts';
import type { Engine } from '../provider/engine.ts';
import type { GrantType } from '../provider/grant-types.ts';
import { createStrengthOf } from '../services/account-pages/index.ts';
import { createAdministration, createHasMakerRight } from '../services/administration/index.ts';
import type { Services } from '../services/index.ts';
import { createProfileFields } from '../services/profile-fields/index.ts';
import type { Clock, Store } from '../store/port.ts';
import { UnitOfWork } from '../store/unit-of-work.ts';
import { version } from '../version.ts';
import { access } from './access/index.ts';
import { accountActivity } from './account-activity/index.ts';
import { accountApps } from './account-apps/index.ts';
import { accountAuthenticator, removeAppPath } from './account-authenticator/index.ts';
import { accountData } from './account-data/index.ts';
import { accountOverview } from './account-overview/index.ts';
import { accountPasskeys, removePasskeyPath } from './account-passkeys/index.ts';
import { accountPassword } from './account-password/index.ts';
import { accountProfile } from './account-profile/index.ts';
import { accountRecovery } from './account-recovery/index.ts';
import { accountSessions } from './account-sessions/index.ts';
import { accountSignInMethods } from './account-sign-in-methods/index.ts';
import { accountUpstreams, removeIdentityPath } from './account-upstreams/index.ts';
import { adminApi } from './admin-api/index.ts';
import { authorizationDetails } from './authorization-details/index.ts';
import { authorizationResponses } from './authorization-responses/index.ts';
import { ciba } from './ciba/index.ts';
import { clientAuthentication } from './client-authentication/index.ts';
import { consent } from './consent/index.ts';
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
import { createAccount } from './create-account/index.ts';
import { assertDeclared } from './declarations.ts';
import { device } from './device/index.ts';
import { emailAddress, emailPath } from './email-address/index.ts';
import { health } from './health/index.ts';
import { invitation } from './invitation/index.ts';
import { jsonTokens } from './json-tokens/index.ts';
import { logout } from './logout/index.ts';
import { mailPreview } from './mail-preview/index.ts';
import { metadata } from './metadata/index.ts';
import type { Metrics } from './metrics/index.ts';
import { createNotifyNewDevice, notices } from './notices/index.ts';
import { paddedScope } from './padded-scope/index.ts';
import { createRequestReset, forgotPath, passwordReset } from './password-reset/index.ts';
import { playground, playgroundClientConfigs } from './playground/index.ts';
import { profiles } from './profiles/index.ts';
import { pushedRequests } from './pushed-requests/index.ts';
import { redirectBetweenSites } from './redirect-page/index.ts';
import { registration } from './registration/index.ts';
import { requirements } from './requirements/index.ts';
import { secondFactor } from './second-factor/index.ts';
import { selectAccount } from './select-account/index.ts';
import { senderConstraint } from './sender-constraint/index.ts';
import { createKnownDevices, signIn } from './sign-in/index.ts';
import { signedRequests } from './signed-requests/index.ts';
import { site } from './site/index.ts';
import { stepUp } from './step-up/index.ts';
import { subjects } from './subjects/index.ts';
import { themePreview } from './theme-preview/index.ts';
import { tokenStatus } from './token-status/index.ts';
import { upstreamLogout } from './upstream-logout/index.ts';
import { upstreamSignIn } from './upstream-sign-in/index.ts';

export interface FeatureDependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly pages: Pages;
  readonly metrics: Metrics;
  readonly services: Services;
  readonly grantTypes: readonly GrantType[];
  /** The effective configuration, with secrets masked. */
  readonly settings: () => readonly EffectiveValue[];
  /** Built after the features, from their provider settings. */
  readonly engine: () => Engine;
}

/** Clients that features add to those of the configuration. */
export const clientsOfFeatures = playgroundClientConfigs;

export const createFeatures = (dependencies: FeatureDependencies): readonly Feature[] => {
  const { config, store, clock, events, pages, metrics, services, grantTypes, settings, engine } =
    dependencies;
  const {
    accounts,
    admission,
    audit,
    clients,
    codes,
    completeSignIn,
    connectedApps,
    endEverything,
    factors,
    forgetAccount,
    groups,
    keys,
    levels,
    limits,
    links,
    mail,
    outbox,
    sessions,
  } = services;
  const { passkeys, readiness, remembered, throttle } = services;
  const { arrivals, flowCookies, linking, otherWays, provisioning, upstreamLinks, upstreams } = services;
  const { endUpstreamSessions, signOutCookies } = services;
  const notifyNewDevice = createNotifyNewDevice({ notices: services.notices, clock });
  const cookieKeys = () => keys.current().cookieKeys;
  const strengthOf = createStrengthOf(factors, passkeys);
  const [cookieKey = ''] = cookieKeys();
  const profileFields = createProfileFields(config);
  const hasMakerRight = createHasMakerRight({ config, accounts, clients });
  const upstream = upstreamSignIn({
    config,
    clock,
    events,
    pages,
    accounts,
    admission,
    throttle,
    upstreams,
    arrivals,
    provisioning,
    completeSignIn,
    flowCookies,
    linking,
  });
  const features: readonly Feature[] = [
    metrics.feature({ events, clock, grantTypes, keys, accounts, audit, readiness }),
    selectAccount(accounts),
    createAccount({
      config,
      store,
      clock,
      events,
      accounts,
      admission,
      throttle,
      completeSignIn,
      codes,
      mail,
    }),
    secondFactor({
      config,
      clock,
      events,
      accounts,
      factors,
      passkeys,
      throttle,
      remembered,
      completeSignIn,
      cookieKeys,
      notifyNewDevice,
    }),
    upstream.feature,
    signIn({
      config,
      store,
      clock,
      events,
      accounts,
      passkeys,
      admission,
      codes,
      mail,
      throttle,
      levels,
      completeSignIn,
      offersFactors: factors.isOffered,
      cookieKeys,
      forgotPassword: mail.isEnabled ? { href: forgotPath } : undefined,
      notifyNewDevice,
      ways: upstream.ways,
    }),
    upstream.linking,
    requirements({ config, clock, accounts }),
    accountOverview(pages),
    accountProfile({
      events,
      pages,
      accounts,
      profileFields,
      emailAddress: mail.isEnabled ? { href: emailPath } : undefined,
    }),
    emailAddress({
      config,
      clock,
      events,
      pages,
      accounts,
      links,
      mail,
      notices: services.notices,
      throttle,
      engine,
    }),
    accountPassword({ config, store, clock, pages, accounts, sessions, throttle, engine }),
    accountPasskeys({
      config,
      clock,
      events,
      pages,
      accounts,
      otherWays,
      passkeys,
      strengthOf,
    }),
    accountAuthenticator({ config, store, clock, pages, factors, completeSignIn, engine }),
    accountUpstreams({
      config,
      clock,
      events,
      pages,
      upstreams,
      arrivals,
      flowCookies,
      linking,
      links: upstreamLinks,
      otherWays,
      provisioning,
    }),
    accountSignInMethods({
      pages,
      factors,
      passkeys,
      links: upstreamLinks,
      upstreams,
      removePaths: { passkey: removePasskeyPath, app: removeAppPath, identity: removeIdentityPath },
    }),
    accountRecovery({ config, events, pages, accounts, factors, links, endEverything, hasMakerRight }),
    accountSessions({ pages, clients, sessions }),
    accountApps({ config, pages, clients, connectedApps, engine }),
    accountActivity({ config, store, pages, clients }),
    accountData({
      config,
      clock,
      events,
      pages,
      accounts,
      endEverything,
      forgetAccount,
      notices: services.notices,
    }),
    passwordReset({
      config,
      clock,
      events,
      pages,
      accounts,
      admission,
      endEverything,
      links,
      mail,
      throttle,
      findDevice: createKnownDevices({ config, clock, cookieKeys }).findDevice,
    }),
    notices({
      config,
      store,
      events,
      pages,
      accounts,
      endEverything,
      links,
      mail,
      passkeys,
      factors: services.factors,
      upstreamLinks,
      provisioning,
      throttle,
      requestReset: createRequestReset({ mail, clock }),
    }),
    invitation({ config, events, pages, accounts, links, mail, throttle, hasMakerRight }),
    mailPreview({ mail, pages }),
    themePreview({ config, pages }),
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
    registration({ config, store, clock, admission, clients, engine }),
    tokenStatus(config, accounts),
    metadata(config),
    stepUp(levels),
    logout({ config, pages, accounts, outbox, engine }),
    subjects(),
    jsonTokens({ config, store, pages, version, engine }),
    { name: 'limits', provider: limits.provider },
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
      upstreams,
      endUpstreamSessions,
      signOutCookies,
    }),
    profiles,
    site(config, pages),
    playground({
      config,
      store,
      clock,
      pages,
      cookieKey,
      cookieKeys,
      cipher: keys.cipher,
    }),
    health(readiness),
  ];
  const requestReset = createRequestReset({ mail, clock });
  const administration = createAdministration({
    config,
    store,
    clock,
    events,
    accounts,
    groups,
    clients,
    keys,
    sessions,
    connectedApps,
    factors,
    passkeys,
    upstreamLinks: services.upstreamLinks,
    storedUpstreams: services.storedUpstreams,
    provisioning,
    links,
    mail,
    throttle,
    endEverything,
    forgetAccount,
    hasMakerRight,
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
  const all = [
    ...features,
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
      upstreamLinks: services.upstreamLinks,
      upstreams,
    }),
    consoleGroups({ accounts, administration, groups }),
    consoleSessions({ config, store, accounts, administration, clients, sessions }),
    consoleClients({ config, clock, clients, administration }),
    consoleBranding({ siteImages: services.siteImages, administration }),
    consoleKeys({ keys, administration }),
    consoleAudit({ config, store, administration }),
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
        storedUpstreams: services.storedUpstreams,
        strengthOf,
        upstreamLinks: services.upstreamLinks,
        version,
        settings,
      },
      features.flatMap(({ admin = [] }) => admin),
    ),
  ];
  assertDeclared(all);
  return all;
};
