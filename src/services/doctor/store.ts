import { StoreUnavailable } from '../../store/errors.ts';
import type { Clock, Store } from '../../store/port.ts';
import { collectFindings, type Finding } from './finding.ts';

const slowMs = 50;
const aheadMs = 5_000;

export const checkStore = async (store: Store, clock: Clock): Promise<readonly Finding[]> => {
  const { found, error, warning } = collectFindings('store');
  let unavailable = false;
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
        `A round trip to the store takes ${Math.round(quickest)} ms at best; each token request makes two.`,
        'Move the store closer to the server, at least into the same network.',
      );
    }
  } catch (fault) {
    if (!(fault instanceof StoreUnavailable)) throw fault;
    unavailable = true;
  }
  for (const { code, fatal, message, fix } of await store.inspect()) {
    (fatal ? error : warning)(code, message, fix);
  }
  if (unavailable) {
    const isReported = found.some(({ severity }) => severity === 'error');
    if (!isReported)
      error('store_away', 'The store does not answer.', 'Check that it is running, and store.url.');
    return found;
  }
  // Every process writes its time into the audit record, so the latest record shows a clock that is ahead.
  const [latest] = (await store.list('audit', 'all', { limit: 1, order: 'descending' })).items;
  if (latest && latest.at > clock.now() + aheadMs) {
    warning(
      'clocks_differ',
      `A process on this store has a clock that is ${Math.round((latest.at - clock.now()) / 1000)} seconds ahead of this machine.`,
      'Synchronize the clocks of all machines by NTP.',
    );
  }
  return found;
};
