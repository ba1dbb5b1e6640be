import type { AdapterPayload } from 'oidc-provider';
import { decodePayload } from '../../provider/storage/payload.ts';
import { decryptValue } from '../../provider/storage/redeemable-values.ts';
import { retainAfterExpiryMs } from '../../provider/storage/user-decision.ts';
import type { CibaDependencies } from './dependencies.ts';

export interface PendingRequest {
  /** Names the request on a page. The `auth_req_id` stays on the server, because it can be redeemed. */
  readonly handle: string;
  readonly id: string;
  readonly payload: AdapterPayload;
}

const maxListed = 50;

/** Newest first. The index keeps decided requests until they expire, so they are left out here. */
export const listPending = async (
  { store, clock, cipher }: Pick<CibaDependencies, 'store' | 'clock' | 'cipher'>,
  account: string,
): Promise<readonly PendingRequest[]> => {
  const { items } = await store.list('requests', account, {
    limit: maxListed,
    order: 'descending',
    from: clock.now() - 3_600_000,
  });
  return items.flatMap(({ key, document }) => {
    const payload = decodePayload(document.body, key.kind);
    const isDecided = payload.grantId !== undefined || payload.error !== undefined || document.consumption;
    const expiresAt = (document.expiresAt ?? 0) - retainAfterExpiryMs;
    if (isDecided || !payload.jti || expiresAt <= clock.now()) return [];
    return [{ handle: key.id, id: decryptValue(cipher, key, payload.jti), payload }];
  });
};
