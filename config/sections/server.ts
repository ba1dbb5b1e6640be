import { choice, flag, integer, list, nullable, optional, section, text } from '../schema/build.ts';

export const mode = choice(
  ['development', 'production'],
  'Development mode listens on loopback only and explains more. Production refuses demo data and generated secrets.',
  { default: 'development' },
);

export const issuer = text(
  'The public address of this server, exactly as in tokens. No path, query or trailing slash; https in production.',
  { default: 'http://localhost:3000', format: 'origin', examples: ['https://id.example.com'] },
);

export const listen = section('The address that the server listens on.', {
  host: text('Address to listen on. Development mode accepts loopback addresses only.', {
    default: '127.0.0.1',
    format: 'address',
  }),
  port: integer('TCP port. 0: any free port.', { default: 3000, minimum: 0, maximum: 65535 }),
  workers: integer('Processes that share the port, at most one per core.', {
    default: 1,
    minimum: 1,
    maximum: 64,
  }),
  drain_seconds: optional(
    integer(
      'How long the server still accepts requests after SIGTERM while /readyz fails, so that proxies notice, in seconds. Default: 3 in production, 0 in development.',
      { minimum: 0, maximum: 15 },
    ),
  ),
});

export const proxy = section('Reverse proxies in front of this server.', {
  trusted: list(
    text('An IP address or a CIDR block.', { format: 'network' }),
    'Proxies whose forwarding and client certificate headers are accepted. From other senders these headers are refused.',
    { default: [] },
  ),
  client_certificate_header: choice(
    ['none', 'client-cert', 'x-forwarded-client-cert', 'client-certificate'],
    'The header that trusted proxies set on every request to the certificate of the client: RFC 9440, Envoy, or a pair with client-certificate-ca-verified. Other headers are refused. none: proxies set no header, and such headers are ignored.',
    { default: 'none' },
  ),
  client_certificates_verified: flag(
    'Whether trusted proxies forward only certificates that they have verified. Without it, tls_client_auth accepts no certificate from Client-Cert and X-Forwarded-Client-Cert; client-certificate-ca-verified says it for each request.',
    { default: false },
  ),
  mtls_origin: optional(
    text(
      'The address at which the proxy asks clients for certificates, if it is not the issuer. Endpoints for clients are served there as well, and the metadata lists them in mtls_endpoint_aliases (RFC 8705 §5).',
      { format: 'origin', examples: ['https://mtls.id.example.com'] },
    ),
  ),
});

export const demo = nullable(
  flag('Yes or no.'),
  'Create a demo account and demo clients at the start. null: yes in development with an empty store. Refused in production.',
);
