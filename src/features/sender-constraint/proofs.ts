import { decodeJwt, decodeProtectedHeader, type JWK } from 'jose';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';

/** FAPI 2.0 §5.3.2.1: a clock may be that much ahead. Marks against replay live as much longer. */
const maxClockSkewSeconds = 60;

/** As far as it can be read; whether it is genuine the engine looks at afterwards. */
const peekAtProof = (proof: string): { alg?: unknown; jwk?: JWK | undefined; iat?: unknown } => {
  try {
    const { alg, jwk } = decodeProtectedHeader(proof);
    return { alg, jwk, iat: decodeJwt(proof).iat };
  } catch {
    return {};
  }
};

/**
 * Whoever sends a proof picks the key that it is checked with. An RSA key of unusual length or exponent would make
 * one check cost as much as hundreds: 4096 bits and an exponent of four bytes at most.
 */
const isExpensiveToVerify = ({ kty, n, e }: JWK): boolean =>
  kty === 'RSA' && !(typeof n === 'string' && n.length <= 684 && typeof e === 'string' && e.length <= 6);

/**
 * What the engine lets pass. It takes a proof from five minutes ahead, which could be used again when its mark is
 * gone: such a one needs a nonce, by which it ends sooner. Says whether it does.
 */
export const requiresNonce = (ctx: KoaContextWithOIDC): boolean => {
  const { alg, jwk, iat } = peekAtProof(ctx.get('DPoP'));
  const isFromFuture = typeof iat === 'number' && iat > Date.now() / 1000 + maxClockSkewSeconds;
  if (typeof jwk === 'object' && jwk !== null && isExpensiveToVerify(jwk)) {
    throw new errors.InvalidDpopProof('DPoP proof key must have 4096 bits at most and an exponent as 65537');
  }
  if (ctx.oidc.client?.['profile'] !== 'fapi2') return isFromFuture;
  if (isFromFuture) throw new errors.InvalidDpopProof('DPoP proof iat is in the future');
  if (alg === 'RS256') {
    throw new errors.InvalidDpopProof(
      'DPoP proof alg must be ES256, EdDSA or PS256 for this client (FAPI 2.0)',
    );
  }
  return false;
};
