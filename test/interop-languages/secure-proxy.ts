import { once } from 'node:events';
import { connect } from 'node:net';
import { createServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { makeCertificate, san } from '../support/certificates.ts';

/** TLS in front of a server on this machine. This process trusts its certificate; others need the text of it. */
export const startSecureProxy = async (port: number, target: number) => {
  const { certificate, privateKey } = makeCertificate({
    subject: [['2.5.4.3', 'localhost']],
    alternative: [san.dns('localhost')],
  });
  const cert = certificate.toString();
  const key = privateKey.export({ type: 'pkcs8', format: 'pem' });
  const server = createServer({ cert, key }, (secure) => {
    const plain = connect(target, '127.0.0.1');
    secure.pipe(plain).pipe(secure);
    secure.on('error', () => plain.destroy());
    plain.on('error', () => secure.destroy());
  });
  server.listen(port, 'localhost');
  await once(server, 'listening');
  setDefaultCACertificates([...getCACertificates(), cert]);
  return { certificate: cert, close: () => server.close() };
};
