import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import { getUnitOfWork } from '../../provider/request-context.ts';
import { everythingRequested } from './everything-requested.ts';
import { addAllowed, type Grant } from './grants.ts';
import { loadConsent } from './stored-consent.ts';

type LoadExistingGrant = NonNullable<Configuration['loadExistingGrant']>;

/**
 * Returns the session's grant for this client. Otherwise it makes a grant: for a first-party client of the whole
 * request, for others of the remembered consent. Without a grant the engine asks the person.
 */
export const loadOrCreateGrant: LoadExistingGrant = async (ctx) => {
  const { client, session, provider, result } = ctx.oidc;
  const accountId = session?.accountId;
  if (!client || !accountId) return undefined;
  const grantId = result?.consent?.grantId ?? session.grantIdFor(client.clientId);
  const existing = grantId ? await provider.Grant.find(grantId) : undefined;
  const isFirstParty = client['first_party'] === true;
  if (existing && (!isFirstParty || coversRequest(existing, ctx))) return existing;
  const allowed = isFirstParty
    ? everythingRequested(ctx)
    : await loadConsent(getUnitOfWork(ctx), accountId, client.clientId);
  if (!allowed) return undefined;
  const grant = existing ?? new provider.Grant({ accountId, clientId: client.clientId });
  addAllowed(grant, allowed);
  await grant.save();
  return grant;
};

const coversRequest = (grant: Grant, ctx: KoaContextWithOIDC): boolean => {
  const requested = everythingRequested(ctx);
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
