import { nearest } from '#config';
import type { Clock } from '../../store/port.ts';
import type { ClientStore } from './store.ts';

interface Dependencies {
  readonly stored: ClientStore;
  readonly configuredIds: readonly string[];
  readonly clock: Clock;
}

/** Requests with made-up ids must not make the store read its clients each time. */
const maxAgeMs = 30_000;
const maxIds = 500;
/** A search takes up to some milliseconds, and strangers can send many requests with made-up ids. */
const searches = { atOnce: 30, perSecond: 5 };

/**
 * Finds the registered client id that is most like one that was received. Clients that registered themselves have random
 * ids, which no person mistypes, so they are left out. A process that is asked often answers only some of it.
 */
export const createClosestId = ({ stored, configuredIds, clock }: Dependencies) => {
  let known: { readonly ids: Promise<readonly string[]>; readonly until: number } | undefined;

  const readIds = async (): Promise<readonly string[]> => {
    const { clients } = await stored.list(maxIds, undefined);
    return clients.filter(({ from }) => from === 'store').map(({ id }) => id);
  };
  const knownIds = (): Promise<readonly string[]> => {
    if (known === undefined || known.until <= clock.now())
      known = { ids: readIds().catch(() => []), until: clock.now() + maxAgeMs };
    return known.ids;
  };

  let left = searches.atOnce;
  let countedAt = clock.now();
  const maySearch = (): boolean => {
    const now = clock.now();
    left = Math.min(searches.atOnce, left + ((now - countedAt) / 1000) * searches.perSecond);
    countedAt = now;
    if (left < 1) return false;
    left -= 1;
    return true;
  };

  return {
    closestId: async (id: string): Promise<string | undefined> =>
      maySearch() ? nearest(id, [...configuredIds.slice(0, maxIds), ...(await knownIds())]) : undefined,
    /** Called after a client was added or removed. */
    forget: (): void => {
      known = undefined;
    },
  };
};
