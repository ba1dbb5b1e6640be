import { StoreUnavailable } from '../../store/errors.ts';
import type { Clock, Store } from '../../store/port.ts';
import { collectFindings, type Finding } from './finding.ts';

const slowMs = 50;
const aheadMs = 5_000;

export const checkStore = async (store: Store, clock: Clock): Promise<readonly Finding[]> => {
  const { found, error, warning } = collectFindings('store');
  let away = false;
  try {
    const times: number[] = [];
    for (let n = 0; n < 3; n += 1) {
      const begun = performance.now();
      await store.ping();
      times.push(performance.now() - begun);
    }
    const quickest = Math.min(...times);
    if (quickest > slowMs) {
      warning(
        'store_slow',
        `A trip to the store takes ${Math.round(quickest)} ms at best; each token request makes two.`,
        'Move the store nearer to the server: into the same network, at least.',
      );
    }
  } catch (fault) {
    if (!(fault instanceof StoreUnavailable)) throw fault;
    away = true;
  }
  for (const { code, fatal, message, fix } of await store.inspect()) {
    (fatal ? error : warning)(code, message, fix);
  }
  if (away) {
    const told = found.some(({ severity }) => severity === 'error');
    if (!told) error('store_away', 'The store does not answer.', 'Check that it is running, and store.url.');
    return found;
  }
  // Every process writes its time into the audit record: the latest tells whose clock is ahead of this one.
  const [latest] = (await store.list('audit', 'all', { limit: 1, order: 'descending' })).items;
  if (latest && latest.at > clock.now() + aheadMs) {
    warning(
      'clocks_differ',
      `A process on this store has a clock that is ${Math.round((latest.at - clock.now()) / 1000)} seconds ahead of the one here.`,
      'Let NTP keep the clocks of all machines.',
    );
  }
  return found;
};
