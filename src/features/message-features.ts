/** Messages to people, and the pages that the links in them open. */
import type { Feature } from '../feature.ts';
import type { FeatureDependencies } from './dependencies.ts';
import { invitation } from './invitation/index.ts';
import { mailPreview } from './mail-preview/index.ts';
import { notices } from './notices/index.ts';
import { createRequestReset, passwordReset } from './password-reset/index.ts';

export const messageFeatures = (dependencies: FeatureDependencies): readonly Feature[] => {
  const { config, store, clock, events, pages, services } = dependencies;
  const { accounts, admission, endEverything, factors, hasMakerRight, knownDevices, mail } = services;
  const { oneTimeLinks, passkeys, provisioning, throttle, upstreamLinks } = services;
  return [
    passwordReset({
      config,
      clock,
      events,
      pages,
      accounts,
      admission,
      endEverything,
      links: oneTimeLinks,
      mail,
      throttle,
      knownDevices,
    }),
    notices({
      config,
      store,
      events,
      pages,
      accounts,
      endEverything,
      links: oneTimeLinks,
      mail,
      passkeys,
      factors,
      upstreamLinks,
      provisioning,
      throttle,
      requestReset: createRequestReset({ mail, clock }),
    }),
    invitation({ config, events, pages, accounts, links: oneTimeLinks, mail, throttle, hasMakerRight }),
    mailPreview({ mail, pages }),
  ];
};
