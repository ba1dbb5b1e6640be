import { createHash, randomBytes } from 'node:crypto';
import type { App } from '../app/index.ts';
import { addAllowed } from '../features/consent/grants.ts';
import { currentGrantId, newGrant, noteAppearance } from '../features/consent/session-grant.ts';
import { saveConsent } from '../features/consent/stored-consent.ts';
import { routes } from '../provider/paths.ts';
import { runInUnitOfWork } from '../store/current-unit-of-work.ts';
import type { Store } from '../store/port.ts';
import type { SignedIn } from './session.ts';

export interface CodeRequest {
  readonly client: string;
  readonly session: SignedIn;
  /** Default: the first redirect URI of the client. */
  readonly redirectUri?: string;
  /** Default: `openid`. */
  readonly scope?: string;
  /** The APIs that the token is for (RFC 8707). */
  readonly resource?: string | readonly string[];
  /** Without it, a new one is made and returned. With `null` the request carries no challenge. */
  readonly codeVerifier?: string | null;
  /** Any other parameter of the authorization request: `nonce`, `state`, `claims`, `dpop_jkt`. */
  readonly parameters?: Readonly<Record<string, string>>;
}

export interface AuthorizationCode {
  readonly code: string;
  readonly redirectUri: string;
  /** Missing if the request carried no challenge. */
  readonly codeVerifier?: string;
  /** The URL that the browser is redirected to, with all parameters of the response. */
  readonly callback: URL;
}

interface ServerContext {
  readonly app: App;
  readonly store: Store;
  readonly issuer: string;
  readonly now: () => number;
}

/** Allows everything that the request asks for, as the person would on the consent page. */
const allowAll = async (
  { app, store, now }: ServerContext,
  { session, ...asked }: CodeRequest,
): Promise<void> => {
  const { provider } = app.engine();
  const scope = asked.scope ?? 'openid';
  await runInUnitOfWork(store, async (work) => {
    const storedSession = await provider.Session.findByUid(session.uid);
    if (!storedSession) throw new Error('the session has ended: sign in again');
    const client = await provider.Client.find(asked.client);
    if (!client) throw new Error(`there is no client ${asked.client}`);
    const grantId = currentGrantId(storedSession, client);
    const existing = grantId === undefined ? undefined : await provider.Grant.find(grantId);
    const grant = existing ?? newGrant({ provider, work, session: storedSession, client });
    const claims: Record<string, object> = JSON.parse(asked.parameters?.['claims'] ?? '{}');
    const audiences = [asked.resource ?? client['audience'] ?? client['resources'] ?? []];
    const scopes = scope.split(' ');
    const allowed = {
      scopes,
      claims: Object.values(claims).flatMap((members) => Object.keys(members)),
      resources: Object.fromEntries(audiences.flat().map((audience) => [String(audience), scopes])),
    };
    addAllowed(grant, allowed);
    storedSession.ensureClientContainer(asked.client);
    storedSession.grantIdFor(asked.client, await grant.save());
    noteAppearance(storedSession, client);
    await storedSession.persist();
    await saveConsent(work, {
      account: storedSession.accountId ?? '',
      client,
      allowed,
      declined: { scopes: [], claims: [] },
      decidedAt: now(),
    });
    await work.commit();
  });
};

/** Stores the consent, then calls the authorization endpoint with the cookies of the session. */
export const authorizationCode = async (
  context: ServerContext,
  asked: CodeRequest,
): Promise<AuthorizationCode> => {
  const client = await context.app.services.clients.get(asked.client);
  if (!client)
    throw new Error(`there is no client ${asked.client}: add it with addClient, or in the settings`);
  const redirectUri = asked.redirectUri ?? client.metadata.redirect_uris?.[0];
  if (redirectUri === undefined) throw new Error(`the client ${asked.client} has no redirect URI`);
  await allowAll(context, asked);

  const verifier =
    asked.codeVerifier === undefined ? randomBytes(32).toString('base64url') : asked.codeVerifier;
  const url = new URL(routes.authorization, context.issuer);
  const query: Record<string, string> = {
    client_id: asked.client,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: asked.scope ?? 'openid',
    ...(verifier !== null && {
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    }),
    ...asked.parameters,
  };
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  for (const audience of [asked.resource ?? []].flat()) url.searchParams.append('resource', audience);

  const response = await fetch(url, {
    headers: { cookie: asked.session.cookie, accept: 'application/json' },
    redirect: 'manual',
  });
  const body = await response.text();
  const location = response.headers.get('location');
  if (location === null) throw new Error(`no code was given (${response.status}): ${body.slice(0, 500)}`);
  const callback = new URL(location, context.issuer);
  const code = callback.searchParams.get('code');
  if (code === null) {
    const refusal = callback.searchParams.get('error_description') ?? callback.searchParams.get('error');
    throw new Error(
      `no code was given: ${refusal ?? 'the person is asked for something, see the parameters'}`,
    );
  }
  return { code, redirectUri, callback, ...(verifier !== null && { codeVerifier: verifier }) };
};
