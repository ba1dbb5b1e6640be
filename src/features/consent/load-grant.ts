import type { Configuration, KoaContextWithOIDC } from 'oidc-provider';
import type { Config } from '#config';
import { getUnitOfWork } from '../../provider/request-context.ts';
import { grantsAudience } from '../../provider/scopes/granted-audiences.ts';
import type { Grant } from '../../provider/sessions/session-grant.ts';
import { nothingAllowed } from './allowed.ts';
import { appearanceOf } from './appearance.ts';
import { everythingRequested } from './everything-requested.ts';
import { addAllowed, keepAllowed } from './grants.ts';
import { currentGrantId, newGrant, noteAppearance } from './session-grant.ts';
import { loadConsent, requireConsent } from './stored-consent.ts';

type LoadExistingGrant = NonNullable<Configuration['loadExistingGrant']>;

/**
 * Returns the session's grant for this client. Otherwise it makes a grant: for a first-party client of the whole
 * request, for others of the remembered consent. Without a grant the engine asks the person. A first-party client that
 * asks for a restricted API is like any other.
 *
 * A client that is no first-party client any more may have a grant that the person wasn't asked about. Only what the person
 * has allowed counts then. The stored grant stays as it is, because the refresh tokens of the client go on.
 */
export const createLoadGrant = ({ resources }: Pick<Config, 'resources'>): LoadExistingGrant => {
  const restricted = new Set(
    resources.filter(({ isRestricted }) => isRestricted).map(({ audience }) => audience),
  );
  return (ctx) => loadOrCreateGrant(ctx, restricted);
};

const loadOrCreateGrant = async (
  ctx: KoaContextWithOIDC,
  restricted: ReadonlySet<string>,
): Promise<Grant | undefined> => {
  const { client, session, provider, resourceServers = {} } = ctx.oidc;
  const accountId = session?.accountId;
  if (!client || !accountId) return undefined;
  const grantId = grantIdOf(ctx);
  const work = getUnitOfWork(ctx);
  const wasAsked = client['first_party'] !== true;
  // Both were read with the account (provider/settings/account.ts).
  const existing = grantId === undefined ? undefined : await provider.Grant.find(grantId);
  const remembered = wasAsked ? await loadConsent(work, accountId, client) : undefined;
  const isRestricted = Object.keys(resourceServers).some((audience) => restricted.has(audience));
  const isFirstParty = client['first_party'] === true && !isRestricted;
  if (existing && (!isFirstParty || coversRequest(existing, ctx))) {
    noteAppearance(session, client);
    if (wasAsked) keepAllowed(existing, remembered?.allowed ?? nothingAllowed);
    return existing;
  }
  const allowed = isFirstParty
    ? everythingRequested(ctx)
    : (remembered ?? (await loadConsent(work, accountId, client))).allowed;
  if (!allowed) return undefined;
  const grant = existing ?? newGrant({ provider, work, session, client });
  addAllowed(grant, allowed);
  await grant.save();
  if (!isFirstParty) requireConsent(work, accountId, client);
  noteAppearance(session, client);
  return grant;
};

/** The grant of the consent page that the person comes from, or that of the session. */
const grantIdOf = ({ oidc: { client, session, result } }: KoaContextWithOIDC): string | undefined => {
  if (!client || !session) return undefined;
  const { grantId, seen } = result?.consent ?? {};
  if (grantId === undefined) return currentGrantId(session, client);
  // The client may have changed since the person answered.
  // 0.1.0 writes no appearance, and it is empty for clients that an operator registered.
  return (seen ?? '') === appearanceOf(client) ? grantId : undefined;
};

const hasAll = (found: readonly string[], wanted: readonly string[]): boolean =>
  wanted.every((one) => found.includes(one));

/** What the person rejected was asked for too, so it isn't asked for again. */
const coversRequest = (grant: Grant, ctx: KoaContextWithOIDC): boolean => {
  const { scopes, claims, resources } = everythingRequested(ctx);
  return (
    hasAll(grant.getOIDCScopeEncountered().split(' '), scopes) &&
    (claims.length === 0 || hasAll(grant.getOIDCClaimsEncountered(), claims)) &&
    Object.entries(resources).every(
      ([audience, scopesOfResource]) =>
        grantsAudience(grant, audience) &&
        hasAll(grant.getResourceScopeEncountered(audience).split(' '), scopesOfResource),
    )
  );
};
