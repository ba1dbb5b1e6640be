import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { addTo, type Grant } from './grants.ts';
import type { ConsentParts } from './index.ts';
import { recall } from './memory.ts';
import { wholeRequest } from './whole-request.ts';

type LoadExistingGrant = NonNullable<Configuration['loadExistingGrant']>;

/**
 * The session's grant for this client; or a new one made of what was allowed before, or of the operator's word for
 * a client of the house. Without any of these the engine asks.
 */
export const grantOnSight =
  ({ store }: ConsentParts): LoadExistingGrant =>
  async (ctx) => {
    const { oidc } = ctx;
    const { client, session, provider, result } = oidc;
    const accountId = session?.accountId;
    if (!client || !accountId) return undefined;
    const answered = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
    const existing = answered ? await provider.Grant.find(answered) : undefined;
    const house = client['first_party'] === true;
    if (existing && (!house || covers(existing, ctx))) return existing;
    const allowed = house ? wholeRequest(ctx) : await recall(store, accountId, client.clientId);
    if (!allowed) return undefined;
    const grant = existing ?? new provider.Grant({ accountId, clientId: client.clientId });
    addTo(grant, allowed);
    await grant.save();
    return grant;
  };

const covers = (grant: Grant, ctx: KoaContextWithOIDC): boolean => {
  const asked = wholeRequest(ctx);
  const scopes = new Set(grant.getOIDCScopeEncountered().split(' '));
  const claims = new Set(grant.getOIDCClaimsEncountered());
  return (
    asked.scopes.every((scope) => scopes.has(scope)) &&
    asked.claims.every((claim) => claims.has(claim)) &&
    Object.entries(asked.resources).every(([audience, wanted]) => {
      const granted = new Set(grant.getResourceScopeEncountered(audience).split(' '));
      return wanted.every((scope) => granted.has(scope));
    })
  );
};
