import { decodeJwt, decodeProtectedHeader, type JWK } from 'jose';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { rsaKeyProblem } from '../../provider/keys/rsa-keys.ts';
import { systemClock } from '../../store/clock.ts';

/** FAPI 2.0 §5.3.2.1: the clock of a client may be this far ahead. */
const maxClockSkewSeconds = 60;

/** oidc-provider accepts a proof without a nonce for this long. */
const maxProofAgeSeconds = 300;

/** When a proof of now is refused at the latest, in seconds since the epoch. */
export const endOfProof = (): number => Math.floor(systemClock.now() / 1000) + maxProofAgeSeconds;

/** What an unverified proof says; nothing if it can't be decoded. */
const peekAtProof = (
  ctx: KoaContextWithOIDC,
): { alg?: unknown; crit?: unknown; jwk?: JWK | undefined; iat?: unknown } => {
  const proof = ctx.get('DPoP');
  try {
    const { alg, crit, jwk } = decodeProtectedHeader(proof);
    return { alg, crit, jwk, iat: decodeJwt(proof).iat };
  } catch {
    return {};
  }
};

/**
 * oidc-provider accepts proofs dated up to five minutes ahead, which could be used again after the record that detects
 * their replay has expired. A proof with a nonce ends before that, so a proof that is dated ahead needs one.
 */
export const isDatedAhead = (ctx: KoaContextWithOIDC): boolean => {
  const { iat } = peekAtProof(ctx);
  return typeof iat === 'number' && iat > systemClock.now() / 1000 + maxClockSkewSeconds;
};

/**
 * Refuses what oidc-provider would accept: RSA keys that are weak or expensive and, for FAPI 2.0 clients, RS256 and
 * dates ahead.
 */
export const assertAcceptableProof = (ctx: KoaContextWithOIDC): void => {
  const { alg, crit, jwk } = peekAtProof(ctx);
  if (crit !== undefined)
    throw new errors.InvalidDpopProof('DPoP proof has a critical extension (crit) that is not supported');
  const problem = typeof jwk === 'object' && jwk !== null ? rsaKeyProblem(jwk) : undefined;
  if (problem !== undefined) throw new errors.InvalidDpopProof(`DPoP proof ${problem}`);
  if (ctx.oidc.client?.['profile'] !== 'fapi2') return;
  if (isDatedAhead(ctx)) throw new errors.InvalidDpopProof('DPoP proof iat is in the future');
  if (alg === 'RS256') {
    throw new errors.InvalidDpopProof(
      'DPoP proof alg must be ES256, EdDSA or PS256 for this client (FAPI 2.0)',
    );
  }
};
