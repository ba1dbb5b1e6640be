import { isLoopback } from './loopback.ts';
import { type Rule, when } from './rule.ts';

export const developmentStaysLocal: Rule = {
  needs: ['mode', 'listen', 'metrics'],
  check: ({ mode, listen, metrics }) => {
    const isOpen = (host: string): boolean => mode === 'development' && !isLoopback(host);
    const message =
      'Development mode listens on loopback only: set 127.0.0.1, or mode: production to be reachable from elsewhere.';
    return [
      ...when(isOpen(listen.host), ['listen', 'host'], message),
      ...when(metrics.enabled && isOpen(metrics.host), ['metrics', 'host'], message),
    ];
  },
};

export const productionIssuerIsHttps: Rule = {
  needs: ['mode', 'issuer'],
  check: ({ mode, issuer }) => {
    const { protocol, hostname } = new URL(issuer);
    return when(
      mode === 'production' && protocol !== 'https:' && !isLoopback(hostname),
      ['issuer'],
      'In production the issuer must be https, as https://id.example.com (RFC 8414 §2).',
    );
  },
};

export const productionTrustsNotEveryone: Rule = {
  needs: ['mode', 'proxy'],
  check: ({ mode, proxy }) =>
    proxy.trusted.flatMap((network, index) =>
      when(
        mode === 'production' && network.endsWith('/0'),
        ['proxy', 'trusted', String(index)],
        'This trusts everyone: any caller could forge its address or certificate. Name the networks of your proxies.',
      ),
    ),
};

export const productionReachesNotEverything: Rule = {
  needs: ['mode', 'security'],
  check: ({ mode, security }) =>
    security.outbound.allowed_networks.flatMap((network, index) => {
      const path = ['security', 'outbound', 'allowed_networks', String(index)];
      return [
        ...when(
          mode === 'production' && network.endsWith('/0'),
          path,
          'This allows every network: clients could make the server call anything it can reach. Name the networks of your relying parties.',
        ),
        ...when(
          /^(169\.254\.|fe[89ab])/i.test(network) && network.includes('/'),
          path,
          'Link-local addresses must be listed one by one, without a prefix length.',
        ),
      ];
    }),
};

/** RFC 8705 §5. */
export const mtlsOriginIsAnother: Rule = {
  needs: ['mode', 'issuer', 'proxy', 'security'],
  check: ({ mode, issuer, proxy, security }) => {
    const { mtls_origin: origin } = proxy;
    if (origin === undefined) return [];
    const path = ['proxy', 'mtls_origin'];
    return [
      ...when(
        new URL(origin).host === new URL(issuer).host,
        path,
        'Is the host of the issuer: leave it out when the proxy asks for certificates there.',
      ),
      ...when(
        mode === 'production' && !origin.startsWith('https:'),
        path,
        'Must be https: certificates are shown in a TLS handshake.',
      ),
      ...when(
        proxy.trusted.length === 0,
        path,
        'No proxy is trusted, so no certificate counts: name the one that asks for them in proxy.trusted.',
      ),
      ...when(
        proxy.client_certificate_header === 'none',
        path,
        'No certificate is read: name the header that the proxy sets in proxy.client_certificate_header.',
      ),
      ...when(
        security.allowed_hosts.includes(new URL(origin).host),
        path,
        'Is in security.allowed_hosts too, so pages would be served there as well: remove it there.',
      ),
    ];
  },
};

export const metricsAreGuarded: Rule = {
  needs: ['metrics'],
  check: ({ metrics }) =>
    when(
      metrics.enabled && metrics.port === undefined && metrics.token === undefined,
      ['metrics'],
      'Set metrics.port (a separate port) or metrics.token: otherwise anyone could read the metrics.',
    ),
};
