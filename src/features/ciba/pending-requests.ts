import type { AdapterPayload } from 'oidc-provider';
import { decodePayload } from '../../provider/storage/payload.ts';
import { retainAfterExpiryMs } from '../../provider/storage/user-decision.ts';
import type { Clock, Store } from '../../store/port.ts';

/** A request that waits for its person. */
export interface PendingRequest {
  /** What a page may know: leads to the request, and can't be used in its place. */
  readonly handle: string;
  readonly id: string;
  readonly payload: AdapterPayload;
}

/** More than anybody can look through. */
const maxListed = 50;

/** Newest first. Those that were answered stay filed until they expire. */
export const listPending = async (
  store: Store,
  clock: Clock,
  account: string,
): Promise<readonly PendingRequest[]> => {
  const { items } = await store.list('requests', account, {
    limit: maxListed,
    order: 'descending',
    from: clock.now() - 3_600_000,
  });
  return items.flatMap(({ key, document }) => {
    const payload = decodePayload(document.body);
    const isDecided = payload.grantId !== undefined || payload.error !== undefined || document.consumption;
    const expiresAt = (document.expiresAt ?? 0) - retainAfterExpiryMs('BackchannelAuthenticationRequest');
    if (isDecided || !payload.jti || expiresAt <= clock.now()) return [];
    return [{ handle: key.id, id: payload.jti, payload }];
  });
};
