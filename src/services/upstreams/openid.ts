import { randomBytes } from 'node:crypto';
import type { Configuration, CustomFetch } from 'openid-client';
import type { Clock } from '../../store/port.ts';
import { authenticateClient } from './client-secret.ts';
import { toUpstreamFailure, UpstreamFailure } from './failure.ts';
import { toIdentity } from './identity.ts';
import type { ResponseChecks, SignInRequest, UpstreamProtocol } from './protocol.ts';
import type { Upstream } from './upstream.ts';

/** Names and addresses of endpoints change rarely, and keys are fetched again when an unknown one signs. */
const maxAgeMs = 6 * 3_600_000;
/** A provider that is down isn't asked again for each person who tries. */
const retryAfterMs = 2_000;
/** How much the clock of an upstream may be behind. */
const clockToleranceSeconds = 60;

/** Loaded at the first sign-in: most servers have no upstream. */
const library = () => import('openid-client');

export const randomText = (): string => randomBytes(32).toString('base64url');

interface Options {
  readonly upstream: Upstream;
  readonly redirectUri: string;
  readonly fetch: CustomFetch;
  readonly isDevelopment: boolean;
  readonly clock: Clock;
}

/** Fetches the metadata of an upstream when they are needed, so that one that is down stops no start. */
const createDiscover = ({
  upstream,
  fetch,
  isDevelopment,
  clock,
}: Options): (() => Promise<Configuration>) => {
  let known: { readonly at: number; readonly configuration: Promise<Configuration> } | undefined;

  const discover = async (): Promise<Configuration> => {
    const client = await library();
    const { customFetch, discovery, enableNonRepudiationChecks, allowInsecureRequests } = client;
    const configuration = await discovery(
      new URL(upstream.issuer),
      upstream.clientId,
      {},
      authenticateClient(upstream, client),
      {
        // Without it the library trusts an ID token from the token endpoint because of TLS, with any signature.
        execute: [enableNonRepudiationChecks, ...(isDevelopment ? [allowInsecureRequests] : [])],
        [customFetch]: fetch,
        timeout: upstream.timeoutMs / 1000,
      },
    );
    return configuration;
  };

  return async () => {
    const now = clock.now();
    if (known && now - known.at < maxAgeMs) return known.configuration;
    const configuration = discover().catch((error: unknown) => {
      throw toUpstreamFailure(error);
    });
    const current = { at: now, configuration };
    known = current;
    configuration.catch(() => {
      if (known === current) known = { at: now - maxAgeMs + retryAfterMs, configuration };
    });
    return configuration;
  };
};

/** The values that the operator maps to one of the requested values. */
const acrValuesAt = ({ acr }: Upstream, requested: readonly string[] = []): readonly string[] =>
  Object.entries(acr)
    .filter(([theirs, ours]) => theirs !== '*' && requested.includes(ours))
    .map(([theirs]) => theirs);

const parametersOf = (upstream: Upstream, request: SignInRequest): Readonly<Record<string, string>> => {
  const acrValues = acrValuesAt(upstream, request.acrValues);
  return {
    ...(request.loginHint !== undefined && { login_hint: request.loginHint }),
    ...(request.maxAge !== undefined && { max_age: String(request.maxAge) }),
    ...(request.prompt !== undefined && { prompt: request.prompt }),
    ...(request.uiLocales !== undefined && { ui_locales: request.uiLocales }),
    ...(acrValues.length > 0 && { acr_values: acrValues.join(' ') }),
    ...(upstream.responseMode && { response_mode: upstream.responseMode }),
  };
};

/** Google is such an upstream. Where the metadata don't list claims, `auth_time` is expected (OpenID Connect Core §2). */
const neverSaysWhen = (configuration: Configuration): boolean => {
  const { claims_supported: claims = ['auth_time'] } = configuration.serverMetadata();
  return !claims.includes('auth_time');
};

/** What such an upstream is asked for this server's own pages and API. */
const withoutUnconfirmedAge = (request: SignInRequest): SignInRequest => {
  const { maxAge, isOwn = false, ...others } = request;
  return maxAge === undefined || !isOwn ? request : { ...others, prompt: others.prompt ?? 'login' };
};

/**
 * A person who is signed in at the upstream comes back at once, whenever that was. So a sign-in there counts from when it
 * happened, and from now only where nothing better can be known.
 */
const signedInAt = (authTime: unknown, isAskedAgain: boolean): number | undefined => {
  if (typeof authTime === 'number') return Math.max(Math.floor(authTime), 0);
  return isAskedAgain ? undefined : 0;
};

export interface OpenidProtocol extends UpstreamProtocol {
  /** Logout in both directions reads it. */
  metadata(): Promise<ReturnType<Configuration['serverMetadata']>>;
}

export const createOpenid = (options: Options): OpenidProtocol => {
  const { upstream, redirectUri } = options;
  const discover = createDiscover(options);

  return {
    async begin(asked) {
      const configuration = await discover();
      const isSilent = neverSaysWhen(configuration);
      const request = isSilent ? withoutUnconfirmedAge(asked) : asked;
      const { buildAuthorizationUrl, calculatePKCECodeChallenge } = await library();
      const { maxAge, prompt } = request;
      const isAgain = prompt?.includes('login') === true;
      const checks: ResponseChecks = {
        state: randomText(),
        nonce: randomText(),
        verifier: randomText(),
        ...(maxAge !== undefined && { maxAge }),
        ...(isAgain && { notBefore: Math.floor(options.clock.now() / 1000) - clockToleranceSeconds }),
        ...(isSilent && isAgain && { isAskedAgain: true }),
      };
      const url = buildAuthorizationUrl(configuration, {
        redirect_uri: redirectUri,
        response_type: 'code',
        scope: upstream.scopes.join(' '),
        state: checks.state,
        nonce: checks.nonce,
        code_challenge: await calculatePKCECodeChallenge(checks.verifier),
        code_challenge_method: 'S256',
        ...parametersOf(upstream, request),
      });
      // The metadata are the upstream's, and the browser goes where they say.
      if (url.protocol !== 'https:' && !(options.isDevelopment && url.protocol === 'http:'))
        throw new UpstreamFailure('invalid', { detail: 'authorization_endpoint' });
      return { url: url.href, checks };
    },

    async finish(response, { state, nonce, verifier, maxAge, notBefore, isAskedAgain = false }) {
      const configuration = await discover();
      const { authorizationCodeGrant, fetchUserInfo } = await library();
      try {
        const tokens = await authorizationCodeGrant(configuration, response, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
          ...(maxAge !== undefined && { maxAge }),
        });
        const idToken = tokens.claims();
        if (idToken === undefined) throw new UpstreamFailure('invalid', { detail: 'no_id_token' });
        // The person at the browser can remove `prompt` from the address.
        if (idToken.auth_time !== undefined && idToken.auth_time < (notBefore ?? 0))
          throw new UpstreamFailure('invalid', { detail: 'signed_in_before' });
        const hasUserinfo = configuration.serverMetadata().userinfo_endpoint !== undefined;
        const userinfo = hasUserinfo
          ? await fetchUserInfo(configuration, tokens.access_token, idToken.sub)
          : {};
        const beside = upstream.profileBeside?.(response.searchParams) ?? {};
        const at = signedInAt(idToken.auth_time, isAskedAgain);
        return {
          ...toIdentity(upstream, { idToken, userinfo, beside }),
          ...(at !== undefined && { signedInAt: at }),
          ...(notBefore !== undefined && { isAskedAgain: true }),
        };
      } catch (error) {
        throw toUpstreamFailure(error);
      }
    },

    async metadata() {
      return (await discover()).serverMetadata();
    },
  };
};
