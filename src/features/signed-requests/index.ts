/**
 * Owns the rules for the claims of signed authorization requests (RFC 9101) and signed CIBA requests. Requests come by
 * value only: the server never fetches one. The engine has verified the client's signature before.
 */
import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { Feature } from '../../feature.ts';
import { nestsTooDeeply } from '../../provider/json-depth.ts';
import { systemClock } from '../../store/clock.ts';

type Features = NonNullable<Configuration['features']>;
type RequestObjectRule = NonNullable<NonNullable<Features['requestObjects']>['assertJwtClaimsAndHeader']>;

/** FAPI 2.0 Message Signing §5.3.1, for every client. */
const maxLifetimeSeconds = 3600;
/** FAPI 2.0 §5.3.2.1: the clock of a client may be this far ahead. */
const clockToleranceSeconds = 10;
/** A pushed request object is stored as it is. */
const maxBytes = 16_384;
const fapiAlgorithms: readonly unknown[] = ['PS256', 'ES256', 'EdDSA'];
const acceptedTypes: readonly unknown[] = [undefined, 'jwt', 'oauth-authz-req+jwt'];

const refuse = (reason: string): never => {
  throw new errors.InvalidRequestObject(reason);
};

/** Parameters whose value is a JSON structure. All others are texts or numbers (RFC 9101 §4). */
const jsonParameters = new Set(['claims', 'authorization_details', 'resource']);

const mediaType = (typ: unknown): unknown =>
  typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ;

/**
 * A request object that leaks, as in a log of URLs, can be sent again for as long as it lives. The engine has compared
 * `exp` and `nbf` with the clock; the time of a claim that is missing is now.
 */
const assertLifetime = ({ exp, nbf, iat }: Readonly<Record<string, unknown>>): void => {
  if (exp === undefined && nbf === undefined && iat === undefined)
    refuse('the request object says nothing about its time: it needs exp, nbf or iat');
  const now = systemClock.now() / 1000;
  // An `iat` may lie ahead, so it can't begin the hour later than now.
  const begin = Math.min(Number(nbf ?? iat ?? Infinity), now + clockToleranceSeconds);
  const lifetime = Number(exp ?? now) - begin;
  if (!(lifetime <= maxLifetimeSeconds && (exp === undefined || lifetime > 0)))
    refuse('the request object must end (exp) within an hour of its begin (nbf, or iat)');
};

const assertRequestObject: RequestObjectRule = async (ctx, claims, { alg, typ, crit }, client) => {
  // oidc-provider stores a plain pushed request as an unsigned JWT that it makes itself.
  if (alg === 'none') return;
  const isFapi2 = client['profile'] === 'fapi2';
  if (crit !== undefined) refuse('the request object has a critical extension (crit) that is not supported');

  // RFC 9101 §10.8: a client's assertion or proof must not pass as its request, nor the reverse.
  if (!acceptedTypes.includes(mediaType(typ)))
    refuse('typ of the request object belongs to another kind of JWT');
  if (claims.sub === client.clientId)
    refuse('a request object must not have the client as its subject (sub)');

  for (const name of Object.keys(ctx.oidc.params ?? {})) {
    if (typeof claims[name] === 'object' && !jsonParameters.has(name))
      refuse(`${name} of the request object must be a text`);
  }

  const requiredClaims = new Set<string>();
  if (isFapi2) for (const claim of ['exp', 'aud', 'nbf']) requiredClaims.add(claim);
  if (ctx.oidc.route === 'backchannel_authentication') {
    for (const claim of ['exp', 'iat', 'nbf', 'jti']) requiredClaims.add(claim);
  }
  for (const claim of requiredClaims)
    if (claims[claim] === undefined) refuse(`the request object has no ${claim}`);
  if (isFapi2 && !fapiAlgorithms.includes(alg))
    refuse('the request object must be signed with PS256, ES256 or EdDSA');
  assertLifetime(claims);
};

/** The engine makes a text of each parameter, which fails for an object whose `toString` is no function. */
const hasToString = (json: string): boolean => {
  let found = false;
  try {
    JSON.parse(json, (name, value: unknown) => {
      found ||= name === 'toString';
      return value;
    });
  } catch {
    // The engine refuses what is no JSON.
  }
  return found;
};

/**
 * The engine copies and converts the claims before it looks at the signature. This runs before the client has
 * authenticated, so it costs little for whatever a stranger sends.
 */
const assertReadable = ({ oidc }: KoaContextWithOIDC): void => {
  const request = oidc.params?.['request'] ?? oidc.body?.['request'];
  if (typeof request !== 'string') return;
  if (request.length > maxBytes) refuse(`the request object is longer than ${maxBytes} bytes`);
  const [, claims = ''] = request.split('.');
  const json = Buffer.from(claims, 'base64url').toString();
  if (nestsTooDeeply(json)) refuse('the request object is nested too deep');
  if (hasToString(json)) refuse('the request object has a member toString');
};

export const signedRequests: Feature = {
  name: 'signed-requests',
  provider: {
    settings: {
      features: { requestObjects: { enabled: true, assertJwtClaimsAndHeader: assertRequestObject } },
    },
    routes: [
      {
        route: [
          'authorization',
          'pushed_authorization_request',
          'device_authorization',
          'backchannel_authentication',
        ],
        clientKnown: assertReadable,
      },
    ],
  },
};
