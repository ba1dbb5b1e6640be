import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { makeCertificate, san } from '../support/certificates.ts';
import { runDoctor } from '../support/doctor.ts';
import { startServerProcess, usualConfig } from '../support/setup/index.ts';
import { startTamperingProxy } from '../support/tampering-proxy.ts';

t.test(
  'the doctor finds nothing on a healthy server, and finds the faults of misconfigured proxies',
  async (t) => {
    const server = await startServerProcess(t, { config: usualConfig });
    t.match(await server.command(['doctor']), { exit: 0, out: 'Everything is fine.\n', err: '' });
    t.match(await server.command(['doctor', 'id.example.com']), {
      exit: 2,
      err: /Expected the address that clients use/,
    });

    const through = async (spoil: Parameters<typeof startTamperingProxy>[1]) => {
      const proxy = await startTamperingProxy(server.port, spoil);
      const found = await runDoctor(server, proxy.url);
      proxy.close();
      return found;
    };
    const plain = await through((_path, headers) => headers);
    t.match(plain, { exit: 1, codes: ['issuer_elsewhere'] });
    t.match(plain.findings, [
      {
        message: /At http:\/\/localhost:\d+ clients read that the issuer is/,
        fix: /^Set issuer: /,
      },
    ]);
    const spoiled = await through((path, headers) => {
      if (path === '/metrics') return 200;
      const { 'set-cookie': _, ...rest } = headers;
      return { ...rest, date: new Date(Date.now() - 3_600_000).toUTCString() };
    });
    t.same(spoiled.codes, ['clock_skew', 'cookies_dropped', 'issuer_elsewhere', 'metrics_open']);
    const rewritten = await through((_path, headers) => ({
      ...headers,
      ...(headers['set-cookie'] && {
        'set-cookie': headers['set-cookie'].map((cookie) => cookie.replace(/; httponly/i, '')),
      }),
    }));
    t.same([...new Set(rewritten.codes)], ['cookie_flags', 'issuer_elsewhere']);
    t.same((await through((path, headers) => (path.startsWith('/.well-known') ? 404 : headers))).codes, [
      'no_metadata',
    ]);

    const stranger = await startServerProcess(t, { config: usualConfig });
    t.same(
      (await runDoctor(server, stranger.url)).codes,
      ['issuer_differs', 'keys_differ'],
      'another server',
    );
    await stranger.close();

    const { certificate, privateKey } = makeCertificate({
      subject: [['2.5.4.3', 'localhost']],
      alternative: [san.dns('localhost')],
    });
    const untrusted = createServer(
      { cert: certificate.toString(), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) },
      (_request, response) => response.end(),
    ).listen(0, 'localhost');
    await once(untrusted, 'listening');
    const { port } = untrusted.address() as AddressInfo;
    t.match(await runDoctor(server, `https://localhost:${port}`), {
      exit: 5,
      findings: [
        {
          code: 'unreachable',
          message: /does not trust the certificate .*\(DEPTH_ZERO_SELF_SIGNED_CERT\)/,
          fix: /NODE_EXTRA_CA_CERTS/,
        },
      ],
    });
    untrusted.close();

    server.signal('SIGINT');
    await server.ended;
    t.match(await runDoctor(server), { exit: 5, codes: ['unreachable'] });
  },
);

t.test('the doctor finds a proxy that changes the host or drops headers and keys', async (t) => {
  const server = await startServerProcess(t, {
    config: { ...usualConfig, issuer: 'https://id.example.com' },
  });
  const through = async (
    host: string,
    spoil: Parameters<typeof startTamperingProxy>[1],
  ): Promise<readonly string[]> => {
    const proxy = await startTamperingProxy(server.port, spoil, host);
    const { codes, findings } = await runDoctor(server, proxy.url);
    proxy.close();
    t.same(
      findings.filter(({ fix }) => fix.length <= 10),
      [],
    );
    // The test has no host name and no certificate.
    return codes.filter((code) => code !== 'development_issuer' && code !== 'issuer_elsewhere');
  };
  t.same(await through('id.example.com', (_path, headers) => headers), []);
  t.same(await through('postern.internal:3000', (_path, headers) => headers), ['host_unknown']);
  const withoutSecurity = ({ 'strict-transport-security': _, ...rest }: IncomingHttpHeaders) => rest;
  t.same(await through('id.example.com', (_path, headers) => withoutSecurity(headers)), ['no_hsts']);
  const insecure = ({ 'set-cookie': cookies = [], ...rest }: IncomingHttpHeaders): IncomingHttpHeaders => ({
    ...rest,
    'set-cookie': cookies.map((cookie) => cookie.replace(/; secure/i, '')),
  });
  const flags = await through('id.example.com', (_path, headers) => insecure(headers));
  t.same([...new Set(flags)], ['cookie_flags'], 'over https a cookie is Secure');
  t.same(await through('id.example.com', (path, headers) => (path === '/oauth/jwks' ? 404 : headers)), [
    'no_keys',
  ]);
});
