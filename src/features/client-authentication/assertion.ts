import { createHmac, timingSafeEqual } from 'node:crypto';
import { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider';
import { setCheckedAssertion } from '../../provider/clients/checked-assertion.ts';
import type { EngineClient } from '../../provider/engine-types.ts';
import { systemClock } from '../../store/clock.ts';

type AssertionRule = NonNullable<Configuration['assertJwtClientAuthClaimsAndHeader']>;

/** An assertion may expire this many seconds from now at most. The record that detects its replay lives as long. */
const maxLifetimeSeconds = 300;
/** FAPI 2.0 §5.3.2.1: the clock of a client may be this far ahead. */
const maxClockSkewSeconds = 10;

/** Any other `typ` marks a JWT that was made for another purpose (RFC 8725 §3.11). */
const acceptedTypes = [undefined, 'jwt', 'client-authentication+jwt'];

export interface SecretSource {
  recoverSecrets(id: string): Promise<readonly string[]>;
}

const refuse = (reason: string): never => {
  throw new errors.InvalidClientAuth(reason);
};

/**
 * An endpoint names this server less surely than the issuer does: another server may call that URL its own, and replay
 * here what was signed for it. CIBA §7.1 requires that the backchannel endpoint accepts its URL and that of the token
 * endpoint; elsewhere the operator may allow it for a client.
 */
const mayNameEndpoint = ({ oidc }: KoaContextWithOIDC, client: EngineClient): boolean =>
  oidc.route === 'backchannel_authentication' || client['assertion_audience'] === 'endpoint';

const assertAudience = (aud: unknown, ctx: KoaContextWithOIDC, client: EngineClient): void => {
  if (aud === ctx.oidc.issuer) return;
  if (!mayNameEndpoint(ctx, client))
    refuse('audience (aud) of the client_assertion must be the issuer identifier, as a string and alone');
  if (typeof aud !== 'string' || !ctx.oidc.clientJwtAuthExpectedAudience().has(aud))
    refuse(
      'audience (aud) of the client_assertion must be the issuer identifier or one endpoint, as a string',
    );
};

/**
 * Checks the claims of a client assertion more strictly than RFC 7523 §3: its audience is the issuer alone, with the
 * exceptions above, and it lives for minutes. The engine has verified the signature before.
 */
export const assertionRules =
  (clients: SecretSource): AssertionRule =>
  async (ctx, claims, header, client) => {
    const now = systemClock.now() / 1000;
    const { aud, exp, iat, jti } = claims;
    const { typ, crit } = header;
    if (crit !== undefined)
      refuse('the client_assertion has a critical extension (crit) that is not supported');
    assertAudience(aud, ctx, client);
    if (typeof exp !== 'number' || exp > now + maxLifetimeSeconds + 10) {
      refuse('expiration (exp) of the client_assertion must be at most five minutes ahead');
    }
    if (iat !== undefined && (typeof iat !== 'number' || iat > now + maxClockSkewSeconds)) {
      refuse('iat of the client_assertion is in the future');
    }
    if (typeof jti !== 'string' || jti.length > 255) {
      refuse('jti of the client_assertion must be a text of at most 255 characters');
    }
    if (typ !== undefined && (typeof typ !== 'string' || !acceptedTypes.includes(mediaType(typ)))) {
      refuse('typ of the client_assertion belongs to another kind of JWT');
    }
    if (client.clientAuthMethod === 'client_secret_jwt') {
      const secrets = await clients.recoverSecrets(client.clientId);
      const assertion = String(ctx.oidc.params?.['client_assertion']);
      if (!secrets.some((secret) => isSignedWith(secret, assertion))) refuse('the secret has expired');
    }
    setCheckedAssertion(ctx, jti);
  };

const mediaType = (typ: string): string => typ.toLowerCase().replace(/^application\//, '');

/** HS256 is the only symmetric algorithm that is accepted. */
const isSignedWith = (secret: string, assertion: string): boolean => {
  const [header, payload, signature = ''] = assertion.split('.');
  const expected = createHmac('sha256', secret).update(`${header}.${payload}`).digest();
  const actual = Buffer.from(signature, 'base64url');
  return actual.length === expected.length && timingSafeEqual(actual, expected);
};
