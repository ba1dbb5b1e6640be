import { choice, flag, integer, list, nullable, optional, section, text } from '../schema/build.ts';

export const mode = choice(
  ['development', 'production'],
  'In development the server binds loopback only and explains more; production refuses demo data and generated secrets.',
  { default: 'development' },
);

export const issuer = text(
  'The address that clients and browsers know this server by, exactly as it stands in tokens. No path, query or trailing slash; https in production.',
  { default: 'http://localhost:3000', format: 'origin', examples: ['https://id.example.com'] },
);

export const listen = section('Where the server accepts connections.', {
  host: text('Address to bind. Development mode accepts loopback addresses only.', {
    default: '127.0.0.1',
    format: 'address',
  }),
  port: integer('TCP port; 0 picks a free one.', { default: 3000, minimum: 0, maximum: 65535 }),
  workers: integer('Processes that share the port, one a core at most.', {
    default: 1,
    minimum: 1,
    maximum: 64,
  }),
  drain_seconds: optional(
    integer(
      'After SIGTERM, how long requests are still taken while /readyz says no, so that proxies notice, in seconds. Default: 3 in production, 0 in development.',
      { minimum: 0, maximum: 15 },
    ),
  ),
});

export const proxy = section('Reverse proxies in front of this server.', {
  trusted: list(
    text('An IP address or a CIDR block.', { format: 'network' }),
    'Proxies whose forwarding and client certificate headers count. From anyone else these headers are refused.',
    { default: [] },
  ),
  client_certificate_header: choice(
    ['none', 'client-cert', 'x-forwarded-client-cert', 'client-certificate'],
    'The header that trusted proxies set, on every request, to the certificate that the client showed: RFC 9440, Envoy, or a pair with client-certificate-ca-verified. Another kind is refused. none: they set none, and whatever comes through them is passed over.',
    { default: 'none' },
  ),
  client_certificates_verified: flag(
    'Trusted proxies pass on only certificates that an authority they trust vouches for. Without this word for it, tls_client_auth takes none from Client-Cert and X-Forwarded-Client-Cert; client-certificate-ca-verified tells by itself.',
    { default: false },
  ),
  mtls_origin: optional(
    text(
      'The address at which the proxy asks clients for certificates, when it is not the issuer’s. Endpoints for clients answer there as well, and the metadata names them in mtls_endpoint_aliases (RFC 8705 §5).',
      { format: 'origin', examples: ['https://mtls.id.example.com'] },
    ),
  ),
});

export const demo = nullable(
  flag('Yes or no.'),
  'Create a demo account and demo clients at start. null: yes in development on an empty store. Refused in production.',
);
