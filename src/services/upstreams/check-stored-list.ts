import { type Config, checkStoredUpstream, type StoredUpstreamSettings, type UpstreamConfig } from '#config';
import type { SecretCipher } from '../keys/index.ts';
import type { UpstreamRuleProblem } from './stored-errors.ts';
import { type StoredList, type StoredUpstream, secretContext } from './stored-record.ts';

/** The stored one with its secret in clear, as the configuration would have it. */
const settingsOf = (
  { id, settings }: StoredUpstream,
  secret: string | undefined,
): StoredUpstreamSettings => ({
  ...settings,
  id,
  ...(secret !== undefined && { client_secret: secret }),
});

export interface CheckedUpstream {
  readonly stored: StoredUpstream;
  readonly upstream?: UpstreamConfig;
  readonly problems: readonly UpstreamRuleProblem[];
}

/** Checks all of them against the configuration and each other: what is older comes first. */
export const checkStoredList = (
  { upstreams }: StoredList,
  { config, cipher }: { readonly config: Config; readonly cipher: SecretCipher },
): readonly CheckedUpstream[] => {
  const others: UpstreamConfig[] = [...config.upstreams];
  const decrypt = ({ id, encryptedSecret }: StoredUpstream): string | undefined =>
    encryptedSecret === undefined ? undefined : cipher.decrypt(encryptedSecret, secretContext(id));
  return upstreams.map((stored): CheckedUpstream => {
    try {
      const { upstream, problems } = checkStoredUpstream(settingsOf(stored, decrypt(stored)), config, others);
      if (upstream) others.push(upstream);
      return { stored, problems, ...(upstream && { upstream }) };
    } catch (error) {
      const message = error instanceof Error ? error.message : 'It can not be decrypted.';
      return { stored, problems: [{ field: 'client_secret', message }] };
    }
  });
};
