import type { Config, StoredUpstreamSettings, UpstreamConfig } from '#config';
import { versionOf } from '../record-version.ts';
import type { CheckedUpstream } from './check-stored-list.ts';
import { callbackPath } from './paths.ts';
import type { UpstreamRuleProblem } from './stored-errors.ts';

/** An upstream for operators. It holds no secret. */
export interface UpstreamRecord {
  readonly id: string;
  /** The keys of the configuration, with defaults, without the id and the secret. */
  readonly settings: StoredUpstreamSettings;
  readonly enabled: boolean;
  readonly hasSecret: boolean;
  /** Absent for an upstream of the configuration. */
  readonly secretSetAt?: number;
  readonly redirectUri: string;
  readonly from: 'configuration' | 'store';
  readonly createdAt?: number;
  readonly version?: string;
  /** Rules that it breaks since the configuration changed. It is not offered meanwhile. */
  readonly problems: readonly UpstreamRuleProblem[];
}

const redirectUriOf = (config: Pick<Config, 'issuer'>, id: string): string =>
  `${config.issuer}${callbackPath(id)}`;

export const recordOfConfigured = (
  config: Pick<Config, 'issuer'>,
  { id, client_secret: secret, ...settings }: UpstreamConfig,
): UpstreamRecord => ({
  id,
  settings,
  enabled: true,
  hasSecret: secret !== undefined,
  redirectUri: redirectUriOf(config, id),
  from: 'configuration',
  problems: [],
});

export const recordOfStored = (
  config: Pick<Config, 'issuer'>,
  { stored, upstream, problems }: CheckedUpstream,
): UpstreamRecord => {
  const { id: _, client_secret: __, allowed_networks: ___, ...settings } = upstream ?? stored.settings;
  return {
    id: stored.id,
    settings,
    enabled: stored.enabled,
    hasSecret: stored.encryptedSecret !== undefined,
    ...(stored.secretSetAt !== undefined && { secretSetAt: stored.secretSetAt }),
    redirectUri: redirectUriOf(config, stored.id),
    from: 'store',
    createdAt: stored.createdAt,
    version: versionOf(stored),
    problems,
  };
};
