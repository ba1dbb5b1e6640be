/** The pages below `/account`, in the order of their menu. */
import type { Feature } from '../feature.ts';
import { createProfileFields } from '../services/profile-fields/index.ts';
import { accountActivity } from './account-activity/index.ts';
import { accountApps, appsPath } from './account-apps/index.ts';
import { accountAuthenticator, authenticatorPath, removeAppPath } from './account-authenticator/index.ts';
import { accountData } from './account-data/index.ts';
import { accountOverview } from './account-overview/index.ts';
import { accountPasskeys, passkeysPath, removePasskeyPath } from './account-passkeys/index.ts';
import { accountPassword, passwordPath } from './account-password/index.ts';
import { accountProfile, profilePath } from './account-profile/index.ts';
import { accountRecovery } from './account-recovery/index.ts';
import { accountSessions, sessionsPath } from './account-sessions/index.ts';
import { accountSignInMethods } from './account-sign-in-methods/index.ts';
import { accountUpstreams, removeIdentityPath, upstreamsPath } from './account-upstreams/index.ts';
import type { FeatureDependencies } from './dependencies.ts';
import { emailAddress, emailPath } from './email-address/index.ts';

export const accountFeatures = (dependencies: FeatureDependencies): readonly Feature[] => {
  const { config, store, clock, events, pages, engine, services } = dependencies;
  const { accounts, admission, clients, endEverything, factors, knownDevices, mail, notices, oneTimeLinks } =
    services;
  const { otherWays, passkeys, sessions, strengthOf, throttle, upstreamLinks, upstreams } = services;
  return [
    accountOverview({
      pages,
      summarize: services.summarizeAccount,
      paths: {
        profile: profilePath,
        email: emailPath,
        password: passwordPath,
        passkeys: passkeysPath,
        authenticator: authenticatorPath,
        upstreams: upstreamsPath,
        sessions: sessionsPath,
        apps: appsPath,
      },
    }),
    accountProfile({
      events,
      pages,
      accounts,
      profileFields: createProfileFields(config),
      emailAddress: mail.isEnabled ? { href: emailPath } : undefined,
    }),
    emailAddress({
      config,
      clock,
      events,
      pages,
      accounts,
      admission,
      links: oneTimeLinks,
      mail,
      notices,
      throttle,
      knownDevices,
      engine,
    }),
    accountPassword({
      config,
      store,
      clock,
      pages,
      accounts,
      sessions,
      throttle,
      knownDevices,
      engine,
    }),
    accountPasskeys({ config, clock, events, pages, accounts, otherWays, passkeys, strengthOf }),
    accountAuthenticator({
      config,
      store,
      clock,
      pages,
      factors,
      completeSignIn: services.completeSignIn,
      knownDevices,
      engine,
    }),
    accountUpstreams({
      config,
      clock,
      events,
      pages,
      upstreams,
      arrivals: services.arrivals,
      flowCookies: services.flowCookies,
      linking: services.linking,
      links: upstreamLinks,
      otherWays,
      provisioning: services.provisioning,
    }),
    accountSignInMethods({
      pages,
      factors,
      passkeys,
      links: upstreamLinks,
      upstreams,
      removePaths: { passkey: removePasskeyPath, app: removeAppPath, identity: removeIdentityPath },
    }),
    accountRecovery({
      config,
      events,
      pages,
      accounts,
      factors,
      links: oneTimeLinks,
      endEverything,
      knownDevices,
      hasMakerRight: services.hasMakerRight,
    }),
    accountSessions({ pages, clients, sessions }),
    accountApps({ config, pages, clients, connectedApps: services.connectedApps, engine }),
    accountActivity({ config, store, pages, clients }),
    accountData({
      config,
      clock,
      events,
      pages,
      accountRemoval: services.accountRemoval,
      notices,
    }),
  ];
};
