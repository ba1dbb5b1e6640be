import type { AdapterPayload } from 'oidc-provider';

interface OfClient {
  readonly payload: Pick<AdapterPayload, 'clientId'>;
}

/**
 * Keeps `limit` requests in their order: the first one of each client, then the second one of each, and so on. A client
 * with many requests could otherwise hide those of all others.
 */
export const shareAmongClients = <T extends OfClient>(
  requests: readonly T[],
  limit: number,
): readonly T[] => {
  if (requests.length <= limit) return requests;
  const countOf = new Map<string | undefined, number>();
  const ranked = requests.map((request) => {
    const { clientId } = request.payload;
    const rank = countOf.get(clientId) ?? 0;
    countOf.set(clientId, rank + 1);
    return { request, rank };
  });
  const first = ranked.toSorted((one, other) => one.rank - other.rank).slice(0, limit);
  const kept = new Set(first.map(({ request }) => request));
  return requests.filter((request) => kept.has(request));
};
