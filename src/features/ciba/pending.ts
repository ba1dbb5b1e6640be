import type { AdapterPayload } from 'oidc-provider';
import { heldAfterMs } from '../../provider/storage/decided.ts';
import { decodePayload } from '../../provider/storage/payload.ts';
import type { Clock, Store } from '../../store/port.ts';

/** A request that waits for its person. */
export interface Pending {
  /** What a page may know: leads to the request, and can't be used in its place. */
  readonly handle: string;
  readonly id: string;
  readonly payload: AdapterPayload;
}

/** More than anybody can look through. */
const most = 50;

/** Newest first. Those that were answered stay filed until they expire. */
export const pendingOf = async (store: Store, clock: Clock, account: string): Promise<readonly Pending[]> => {
  const { items } = await store.list('requests', account, {
    limit: most,
    order: 'descending',
    from: clock.now() - 3_600_000,
  });
  return items.flatMap(({ key, document }) => {
    const payload = decodePayload(document.body);
    const answered = payload.grantId !== undefined || payload.error !== undefined || document.claim;
    const until = (document.expiresAt ?? 0) - heldAfterMs('BackchannelAuthenticationRequest');
    if (answered || !payload.jti || until <= clock.now()) return [];
    return [{ handle: key.id, id: payload.jti, payload }];
  });
};
