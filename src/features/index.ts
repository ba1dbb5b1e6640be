/**
 * The table of contents. The features of each subject are in a list of their own beside this file:
 *
 *   sign-in-features.ts         the steps of a sign-in, up to what an operator requires of a person
 *   account-features.ts         the pages below `/account`
 *   message-features.ts         mail, and the pages that links in mail open
 *   protocol-features.ts        consent, grants, tokens, client registration, sign-out, and the rules of the engine
 *   administration-features.ts  the console and the administration API, which are loaded with their first request
 *
 * The order counts: the engine asks for the steps of features, and menus show their pages, as they are listed. To remove
 * a feature, delete its folder and its lines in the list. `store-copy`, `metrics` and `tracing` work without a server or around it,
 * so commands and the start of the server import them too.
 */
import type { Config } from '#config';
import type { Feature } from '../feature.ts';
import { consolePath } from '../services/clients/index.ts';
import { accountFeatures } from './account-features.ts';
import { adminApiPath, resourceMetadataAddress } from './admin-api/paths.ts';
import { assertDeclared } from './declarations.ts';
import type { FeatureDependencies } from './dependencies.ts';
import { health } from './health/index.ts';
import { messageFeatures } from './message-features.ts';
import { playground, playgroundClientConfigs } from './playground/index.ts';
import { protocolFeatures } from './protocol-features.ts';
import { signInFeatures } from './sign-in-features.ts';
import { site } from './site/index.ts';
import { themePreview } from './theme-preview/index.ts';

/** Clients that features add to those of the configuration. */
export const clientsOfFeatures = playgroundClientConfigs;

/** What the features of `administration-features.ts` serve is at these paths and below them. */
export const administrationPaths = (config: Pick<Config, 'issuer'>): readonly string[] => [
  consolePath,
  adminApiPath,
  resourceMetadataAddress(config).pathname,
];

export const createFeatures = (dependencies: FeatureDependencies): readonly Feature[] => {
  const { config, store, clock, events, pages, metrics, services, grantTypes } = dependencies;
  const { accounts, audit, cookieKeys, keys, readiness } = services;
  const [cookieKey = ''] = cookieKeys();
  const features = [
    metrics.feature({ events, clock, grantTypes, keys, accounts, audit, readiness }),
    ...signInFeatures(dependencies),
    ...accountFeatures(dependencies),
    ...messageFeatures(dependencies),
    themePreview({ config, pages }),
    ...protocolFeatures(dependencies),
    site(config, pages),
    playground({ config, store, clock, pages, cookieKey, cookieKeys, cipher: keys.cipher }),
    health(readiness),
  ];
  assertDeclared(features);
  return features;
};
