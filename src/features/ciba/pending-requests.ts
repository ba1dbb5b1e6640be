import type { AdapterPayload } from 'oidc-provider';
import { decodePayload } from '../../provider/storage/payload.ts';
import { decryptValue } from '../../provider/storage/redeemable-values.ts';
import { retainAfterExpiryMs } from '../../provider/storage/user-decision.ts';
import type { Document, Key, Listed } from '../../store/port.ts';
import type { CibaDependencies } from './dependencies.ts';
import { handleOf, keyOfHandle } from './handle.ts';
import { shareAmongClients } from './share-among-clients.ts';

export interface PendingRequest {
  /** Names the request on a page. The `auth_req_id` stays on the server, because it can be redeemed. */
  readonly handle: string;
  readonly id: string;
  readonly payload: AdapterPayload;
}

type Dependencies = Pick<CibaDependencies, 'store' | 'clock' | 'cipher'>;

const maxListed = 50;
const pageSize = 100;
/** One client has 400 requests to an account at most: ten a minute, and each is kept for 40 minutes at most. */
const maxPages = 20;
/** Longer than any request is kept. */
const maxAgeMs = 3_600_000;

/** Returns undefined for a request that is decided or has expired. Its record is kept for some time after that. */
const pendingOf = ({ clock, cipher }: Dependencies, key: Key, document: Document) => {
  const payload = decodePayload(document.body, key.kind);
  const isDecided = payload.grantId !== undefined || payload.error !== undefined || document.consumption;
  const expiresAt = (document.expiresAt ?? 0) - retainAfterExpiryMs;
  if (isDecided || !payload.jti || expiresAt <= clock.now()) return undefined;
  return { handle: handleOf(key), id: decryptValue(cipher, key, payload.jti), payload };
};

/** Newest first. When there are too many, each client gets its share of the list. */
export const listPending = async (
  dependencies: Dependencies,
  account: string,
): Promise<readonly PendingRequest[]> => {
  const { store, clock } = dependencies;
  const pending: PendingRequest[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < maxPages; pages += 1) {
    const page = await store.list('requests', account, {
      limit: pageSize,
      order: 'descending',
      from: clock.now() - maxAgeMs,
      ...(cursor !== undefined && { cursor }),
    });
    pending.push(
      ...page.items.flatMap(({ key, document }: Listed) => pendingOf(dependencies, key, document) ?? []),
    );
    cursor = page.next;
    if (cursor === undefined) break;
  }
  return shareAmongClients(pending, maxListed);
};

/** Finds one request of this account, also when the list has no room for it. */
export const findPending = async (
  dependencies: Dependencies,
  account: string,
  handle: string,
): Promise<PendingRequest | undefined> => {
  const key = keyOfHandle(handle);
  if (!key) return undefined;
  const [document] = await dependencies.store.read([key]);
  const pending = document && pendingOf(dependencies, key, document);
  return pending?.payload.accountId === account ? pending : undefined;
};
