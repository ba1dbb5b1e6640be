/**
 * Owns the rules of client authentication that oidc-provider leaves to its host: the claims of assertions (RFC 7523)
 * and the names in certificates (RFC 8705). Secrets are stored and compared in `services/clients`; certificates are
 * read from the connection or a proxy in `http/certificates`; unencoded secrets in Basic in
 * `provider/clients/basic-credentials.ts`.
 */
import type { KoaContextWithOIDC } from 'oidc-provider';
import { clientAuthenticationMethods } from '#config';
import type { Feature } from '../../feature.ts';
import { getClientCertificate } from '../../provider/clients/client-certificate.ts';
import { assertionRules, type SecretSource } from './assertion.ts';
import { subjectMatches } from './subject.ts';

export const clientAuthentication = (clients: SecretSource): Feature => ({
  name: 'client-authentication',
  provider: {
    settings: {
      clientAuthMethods: [...clientAuthenticationMethods],
      assertJwtClientAuthClaimsAndHeader: assertionRules(clients),
      features: {
        mTLS: {
          enabled: true,
          certificateBoundAccessTokens: true,
          selfSignedTlsClientAuth: true,
          tlsClientAuth: true,
          getCertificate: (ctx: KoaContextWithOIDC) => getClientCertificate(ctx.req)?.certificate,
          certificateAuthorized: (ctx) => getClientCertificate(ctx.req)?.verified === true,
          certificateSubjectMatches: (ctx, property, expected) =>
            subjectMatches(getClientCertificate(ctx.req)?.certificate, property, expected),
        },
      },
    },
    overrides: { clientFind: { assertionSecrets: (id) => clients.recoverSecrets(id) } },
  },
});
