import t from 'tap';
import { makeCertificate } from '../support/certificates.ts';
import { basicAuthorization, secret } from '../support/setup/index.ts';
import { adminPath, startAdminServer } from './admin-server.ts';

const own = makeCertificate({ subject: [['2.5.4.3', 'robot']] });
const sameName = makeCertificate({ subject: [['2.5.4.3', 'robot']] });

t.test('a token that is bound to a certificate is of no use without it (RFC 8705 §3)', async (t) => {
  const { server, issuer, call } = await startAdminServer(t, {
    proxy: { trusted: ['127.0.0.1'], client_certificate_header: 'client-cert' },
  });
  await server.addClient({
    type: 'machine',
    id: 'robot',
    secret,
    metadata: { resources: [`${issuer}/api/admin`], tls_client_certificate_bound_access_tokens: true },
  });
  const response = await fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    headers: { ...basicAuthorization('robot'), 'client-cert': own.header },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'admin:read admin:accounts' }),
  });
  const { access_token: token, token_type: type } = Object(await response.json());
  t.same([response.status, type], [200, 'Bearer']);

  const refusals: Record<string, Record<string, string>> = {
    'no certificate': { authorization: `Bearer ${token}` },
    'another certificate of the same name': {
      authorization: `Bearer ${token}`,
      'client-cert': sameName.header,
    },
    'the certificate, but as DPoP': { authorization: `DPoP ${token}`, 'client-cert': own.header },
    'the certificate without the token': { 'client-cert': own.header },
  };
  for (const [what, headers] of Object.entries(refusals)) {
    const read = await call('GET', '/accounts', { headers });
    t.match(read, { status: 401, body: { code: 'invalid_token' } }, what);
    t.match(read.headers.get('www-authenticate'), /^(Bearer|DPoP) realm=/);
    const added = await call('POST', '/groups', { headers, body: { name: 'staff' } });
    t.equal(added.status, 401, what);
  }
  t.equal(await server.app.services.groups.find('staff'), undefined, 'nothing was added');

  const headers = { authorization: `Bearer ${token}`, 'client-cert': own.header };
  t.equal((await call('GET', '/accounts', { headers })).status, 200);
  t.equal((await call('POST', '/groups', { headers, body: { name: 'staff' } })).status, 201);

  const metadata = await fetch(`${issuer}/.well-known/oauth-protected-resource/api/admin`);
  t.match(await metadata.json(), { tls_client_certificate_bound_access_tokens: true });
});

t.test(
  'a certificate header from an address that is no proxy is refused at the API (RFC 9440 §4)',
  async (t) => {
    const { issuer } = await startAdminServer(t, { proxy: { client_certificate_header: 'none' } });
    const forged = await fetch(`${issuer}${adminPath}/accounts`, { headers: { 'client-cert': own.header } });
    t.equal(forged.status, 400);
  },
);
