import type { CustomFetch } from 'openid-client';
import type { Clock } from '../../store/port.ts';
import { UpstreamFailure } from './failure.ts';
import type { OpenidProtocol } from './openid.ts';
import type { Upstream } from './upstream.ts';

/** What a logout token says (OpenID Connect Back-Channel Logout 1.0 §2.4): one of the first two at least. */
export interface LogoutToken {
  readonly subject?: string;
  /** The session at the upstream. */
  readonly sid?: string;
  readonly jti: string;
  /** When it is refused for its age, in milliseconds since the epoch. Until then its `jti` must be remembered. */
  readonly expiresAt: number;
}

/** `detail` is a stable code for what is wrong with the token. */
export class LogoutTokenRefused extends Error {
  readonly detail: string;

  constructor(detail: string, options?: ErrorOptions) {
    super(`logout token refused: ${detail}`, options);
    this.name = 'LogoutTokenRefused';
    this.detail = detail;
  }
}

/** Throws `LogoutTokenRefused` for a token that is wrong, and an `UpstreamFailure` when its keys can't be fetched. */
export type VerifyLogoutToken = (token: string) => Promise<LogoutToken>;

const event = 'http://schemas.openid.net/event/backchannel-logout';
const maxAgeSeconds = 600;
const toleranceSeconds = 60;
const maxLength = 255;

/** Never a shared secret, and never none. What the upstream announces for ID tokens restricts them further. */
const asymmetric: ReadonlySet<string> = new Set([
  ...['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'],
  ...['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519'],
]);

const types: ReadonlySet<string> = new Set(['logout+jwt', 'application/logout+jwt', 'jwt']);

const shortText = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' && value.length <= maxLength ? value : undefined;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Dependencies {
  readonly upstream: Upstream;
  readonly metadata: OpenidProtocol['metadata'];
  readonly fetch: CustomFetch;
  readonly isDevelopment: boolean;
  readonly clock: Clock;
}

/** Loaded at the first token: most servers have no upstream. */
const library = () => import('jose');
type Keys = ReturnType<typeof import('jose')['createRemoteJWKSet']>;

/** Errors of the library that say nothing of the token: its keys can't be read. */
const keysFailed: ReadonlySet<unknown> = new Set([
  'ERR_JWKS_TIMEOUT',
  'ERR_JWKS_INVALID',
  'ERR_JOSE_GENERIC',
]);

const noKeys = (): UpstreamFailure => new UpstreamFailure('invalid', { detail: 'jwks_uri' });

export const createVerifyLogoutToken = ({
  upstream,
  metadata,
  fetch: guarded,
  isDevelopment,
  clock,
}: Dependencies): VerifyLogoutToken => {
  let known: { readonly uri: string; readonly keys: Keys } | undefined;

  const keysAt = async (uri: string): Promise<Keys> => {
    const { createRemoteJWKSet, customFetch } = await library();
    if (known?.uri === uri) return known.keys;
    // The metadata are the upstream's, and may have any value.
    const url = URL.parse(uri);
    if (url?.protocol !== 'https:' && !(isDevelopment && url?.protocol === 'http:')) throw noKeys();
    const keys = createRemoteJWKSet(url, {
      timeoutDuration: upstream.timeoutMs,
      [customFetch]: (url: string, { headers, signal }: { headers: Headers; signal: AbortSignal }) =>
        guarded(url, {
          method: 'GET',
          headers: Object.fromEntries(headers),
          body: undefined,
          redirect: 'manual',
          signal,
        }),
    });
    known = { uri, keys };
    return keys;
  };

  const verifySignature = async (token: string) => {
    const { jwks_uri: uri, issuer, id_token_signing_alg_values_supported: announced } = await metadata();
    if (uri === undefined) throw noKeys();
    const { errors, jwtVerify } = await library();
    const keys = await keysAt(uri);
    try {
      return await jwtVerify(token, keys, {
        issuer,
        audience: upstream.clientId,
        algorithms: (announced ?? ['RS256']).filter((alg) => asymmetric.has(alg)),
        clockTolerance: toleranceSeconds,
        // It also asks for `iat`, and refuses one in the future.
        maxTokenAge: maxAgeSeconds,
        currentDate: new Date(clock.now()),
      });
    } catch (error) {
      const { code, claim }: { code?: unknown; claim?: unknown } = Object(error);
      if (!(error instanceof errors.JOSEError) || keysFailed.has(code))
        throw new UpstreamFailure('unavailable', { cause: error, detail: 'jwks' });
      throw new LogoutTokenRefused(typeof claim === 'string' ? claim : String(code).toLowerCase(), {
        cause: error,
      });
    }
  };

  return async (token) => {
    const { payload, protectedHeader } = await verifySignature(token);
    const refuse = (isWrong: boolean, detail: string): void => {
      if (isWrong) throw new LogoutTokenRefused(detail);
    };
    const { aud, events, iat = 0, jti, sid, sub } = payload;
    // A token for others as well could be one that they have got, and pass on.
    refuse(![aud].flat().every((one) => one === upstream.clientId), 'aud');
    refuse(!types.has((protectedHeader.typ ?? 'jwt').toLowerCase()), 'typ');
    // Otherwise an ID token would do.
    refuse(!isObject(events) || !isObject(events[event]), 'events');
    refuse('nonce' in payload, 'nonce');
    const id = shortText(jti);
    if (id === undefined) throw new LogoutTokenRefused('jti');
    refuse(sub !== undefined && shortText(sub) === undefined, 'sub');
    refuse(sid !== undefined && shortText(sid) === undefined, 'sid');
    const session = shortText(sid);
    const subject = sub === undefined ? undefined : upstream.subjectOf(payload);
    refuse(session === undefined && subject === undefined, 'sub');
    return {
      jti: id,
      expiresAt: (iat + maxAgeSeconds + toleranceSeconds) * 1000,
      ...(subject !== undefined && { subject }),
      ...(session !== undefined && { sid: session }),
    };
  };
};
