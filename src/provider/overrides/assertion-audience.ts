import type { Override } from './override.ts';

export const assertionAudience: Override = {
  name: 'assertion-audience',
  symbols: ['OIDCContext.prototype.clientJwtAuthExpectedAudience'],
  reason:
    'At the host for certificates (RFC 8705 §5) each endpoint has a second URL. An assertion may name either ' +
    '(CIBA §7.1); the engine knows one of them. Whether a client may name an endpoint at all is decided in ' +
    'features/client-authentication.',
  test: 'test/protocol/mtls.test.ts',
  apply(provider) {
    const { prototype } = provider.OIDCContext;
    const { clientJwtAuthExpectedAudience } = prototype;
    prototype.clientJwtAuthExpectedAudience = function () {
      const accepted = clientJwtAuthExpectedAudience.call(this);
      const called = new URL(this.urlFor(this.route ?? 'token'));
      const { pathname: token } = new URL(this.urlFor('token'));
      for (const origin of [this.issuer, called.origin]) {
        for (const path of [called.pathname, token]) accepted.add(new URL(path, origin).href);
      }
      return accepted;
    };
  },
};
