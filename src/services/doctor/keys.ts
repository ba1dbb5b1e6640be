import type { Config } from '#config';
import type { Clock } from '../../store/port.ts';
import type { Keys } from '../keys/index.ts';
import { collectFindings, type Finding } from './finding.ts';

const dayMs = 86_400_000;

export const checkKeys = (
  keys: Pick<Keys, 'list' | 'faults'>,
  config: Pick<Config, 'keys'>,
  clock: Clock,
): readonly Finding[] => {
  const { found, error, warning } = collectFindings('keys');
  for (const { code, message, fix } of keys.faults()) error(code, message, fix);
  const signing = keys.list().filter(({ use, stage }) => use === 'sig' && stage === 'active');
  for (const alg of config.keys.algorithms) {
    const current = signing.find((key) => key.alg === alg);
    if (!current) {
      warning(
        'key_missing',
        `No key signs with ${alg}.`,
        'Start the server, which creates one, or remove it from keys.algorithms.',
      );
      continue;
    }
    const days = (clock.now() - current.active_at) / dayMs;
    const most = config.keys.rotate_every_days;
    if (most > 0 && days > most + 2 && current.held === 'here') {
      warning(
        'key_old',
        `The key for ${alg} has signed for ${Math.floor(days)} days, though keys.rotate_every_days is ${most}.`,
        'Start a server, which rotates keys automatically, or run `postern keys rotate`.',
      );
    }
  }
  return found;
};
