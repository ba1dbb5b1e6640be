/** What people go through to sign in. The engine asks for these steps in this order. */
import type { Feature } from '../feature.ts';
import { createAccount } from './create-account/index.ts';
import type { FeatureDependencies } from './dependencies.ts';
import { createNotifyNewDevice } from './notices/index.ts';
import { forgotPath } from './password-reset/index.ts';
import { requirements } from './requirements/index.ts';
import { secondFactor } from './second-factor/index.ts';
import { selectAccount } from './select-account/index.ts';
import { signIn } from './sign-in/index.ts';
import { upstreamSignIn } from './upstream-sign-in/index.ts';

export const signInFeatures = (dependencies: FeatureDependencies): readonly Feature[] => {
  const { config, store, clock, events, pages, services } = dependencies;
  const { accounts, admission, completeSignIn, cookieKeys, factors, knownDevices, levels, mail } = services;
  const { oneTimeCodes, passkeys, rememberedBrowsers, throttle } = services;
  const notifyNewDevice = createNotifyNewDevice({ notices: services.notices, clock });
  const upstream = upstreamSignIn({
    config,
    clock,
    events,
    pages,
    accounts,
    admission,
    throttle,
    upstreams: services.upstreams,
    arrivals: services.arrivals,
    provisioning: services.provisioning,
    completeSignIn,
    flowCookies: services.flowCookies,
    linking: services.linking,
    sessions: services.sessions,
    upstreamLogouts: services.upstreamLogouts,
  });
  return [
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
      codes: oneTimeCodes,
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
      remembered: rememberedBrowsers,
      upstreams: services.upstreams,
      upstreamLogouts: services.upstreamLogouts,
      completeSignIn,
      cookieKeys,
      knownDevices,
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
      codes: oneTimeCodes,
      mail,
      throttle,
      levels,
      completeSignIn,
      knownDevices,
      forgotPassword: mail.isEnabled ? { href: forgotPath } : undefined,
      notifyNewDevice,
      ways: upstream.ways,
    }),
    upstream.linking,
    requirements({ config, clock, accounts, throttle, knownDevices, upstreams: services.upstreams }),
  ];
};
