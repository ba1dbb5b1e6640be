import type { ClientAuth } from 'openid-client';
import type { Upstream } from './upstream.ts';

type Library = typeof import('openid-client');

/** Apple accepts six months; the secret is made for one request. */
const appleSecretSeconds = 300;

/** Apple's client secret is a JWT that is signed with the key of the operator. */
const signAppleSecret =
  (
    clientId: string,
    key: string,
    { team_id: team, key_id: kid }: NonNullable<Upstream['apple']>,
  ): ClientAuth =>
  // The library awaits the function, though its type has no promise.
  async (as, _client, body) => {
    const { SignJWT, importPKCS8 } = await import('jose');
    const secret = await new SignJWT()
      .setProtectedHeader({ alg: 'ES256', kid })
      .setIssuer(team)
      .setSubject(clientId)
      .setAudience(as.issuer)
      .setIssuedAt()
      .setExpirationTime(`${appleSecretSeconds}s`)
      .sign(await importPKCS8(key, 'ES256'));
    body.set('client_id', clientId);
    body.set('client_secret', secret);
  };

/** Basic, which every server has to accept (RFC 6749 §2.3.1), unless the metadata says that this one doesn't. */
export const authenticateClient = (
  { clientId, clientSecret, apple, oauth2 }: Upstream,
  { ClientSecretBasic, ClientSecretPost, None }: Library,
): ClientAuth => {
  if (clientSecret === undefined) return None();
  if (apple) return signAppleSecret(clientId, clientSecret, apple);
  const [basic, post] = [ClientSecretBasic(clientSecret), ClientSecretPost(clientSecret)];
  return (as, ...rest) => {
    const methods = as.token_endpoint_auth_methods_supported ?? ['client_secret_basic'];
    const isBasic = oauth2 === undefined && methods.includes('client_secret_basic');
    return (isBasic ? basic : post)(as, ...rest);
  };
};
