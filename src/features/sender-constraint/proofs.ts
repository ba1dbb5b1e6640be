import { decodeJwt, decodeProtectedHeader } from 'jose';
import { errors, type KoaContextWithOIDC } from 'oidc-provider';

/** FAPI 2.0 §5.3.2.1: a clock may be that much ahead. Marks against replay live as much longer. */
const ahead = 60;

/** As far as it can be read; whether it is genuine the engine looks at afterwards. */
const claimsOf = (proof: string): { alg?: unknown; iat?: unknown } => {
  try {
    return { alg: decodeProtectedHeader(proof).alg, iat: decodeJwt(proof).iat };
  } catch {
    return {};
  }
};

/** What the engine lets pass: it takes a proof from five minutes ahead, which could be used again when its mark is gone. */
export const checkProof = (ctx: KoaContextWithOIDC): void => {
  const { alg, iat } = claimsOf(ctx.get('DPoP'));
  if (typeof iat === 'number' && iat > Date.now() / 1000 + ahead) {
    throw new errors.InvalidDpopProof('DPoP proof iat is in the future');
  }
  if (ctx.oidc.client?.['profile'] === 'fapi2' && alg === 'RS256') {
    throw new errors.InvalidDpopProof(
      'DPoP proof alg must be ES256, EdDSA or PS256 for this client (FAPI 2.0)',
    );
  }
};
