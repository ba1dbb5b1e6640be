import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { addAllowed, type Grant } from './grants.ts';
import type { ConsentDependencies } from './index.ts';
import { requestedByClient } from './requested-by-client.ts';
import { loadConsent } from './stored-consent.ts';

type LoadExistingGrant = NonNullable<Configuration['loadExistingGrant']>;

/**
 * The session's grant for this client; or a new one made of what was allowed before, or of the operator's word for
 * a client of the house. Without any of these the engine asks.
 */
export const loadOrCreateGrant =
  ({ store }: ConsentDependencies): LoadExistingGrant =>
  async (ctx) => {
    const { oidc } = ctx;
    const { client, session, provider, result } = oidc;
    const accountId = session?.accountId;
    if (!client || !accountId) return undefined;
    const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
    const existing = grantId ? await provider.Grant.find(grantId) : undefined;
    const isFirstParty = client['first_party'] === true;
    if (existing && (!isFirstParty || coversRequest(existing, ctx))) return existing;
    const allowed = isFirstParty
      ? requestedByClient(ctx)
      : await loadConsent(store, accountId, client.clientId);
    if (!allowed) return undefined;
    const grant = existing ?? new provider.Grant({ accountId, clientId: client.clientId });
    addAllowed(grant, allowed);
    await grant.save();
    return grant;
  };

const coversRequest = (grant: Grant, ctx: KoaContextWithOIDC): boolean => {
  const requested = requestedByClient(ctx);
  const scopes = new Set(grant.getOIDCScopeEncountered().split(' '));
  const claims = new Set(grant.getOIDCClaimsEncountered());
  return (
    requested.scopes.every((scope) => scopes.has(scope)) &&
    requested.claims.every((claim) => claims.has(claim)) &&
    Object.entries(requested.resources).every(([audience, scopesOfResource]) => {
      const granted = new Set(grant.getResourceScopeEncountered(audience).split(' '));
      return scopesOfResource.every((scope) => granted.has(scope));
    })
  );
};
