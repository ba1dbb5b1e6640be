import type { Config } from '#config';
import type { Store } from '../../store/port.ts';
import type { SecretCipher } from '../keys/index.ts';
import { checkStoredList, readStoredList } from '../upstreams/index.ts';
import { collectFindings, type Finding } from './finding.ts';

interface Dependencies {
  readonly store: Pick<Store, 'read'>;
  readonly config: Config;
  readonly cipher: SecretCipher;
}

/** Finds upstreams of the store that break a rule since the configuration changed. */
export const checkUpstreams = async ({ store, ...checked }: Dependencies): Promise<readonly Finding[]> => {
  const { found, error } = collectFindings('upstreams');
  for (const { stored, problems } of checkStoredList(await readStoredList(store), checked))
    for (const { field, message } of problems)
      error(
        'upstream_unusable',
        `The upstream ${stored.id} is not offered: ${field}: ${message}`,
        'Change the configuration, or the upstream: `postern upstream update`.',
      );
  return found;
};
