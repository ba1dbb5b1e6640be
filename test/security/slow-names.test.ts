/** A client chooses the host of its keys, and so the name server that is asked for it (CWE-400). */
import { createSocket } from 'node:dgram';
import dns from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:https';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import t from 'tap';
import { makeCertificate, san } from '../support/certificates.ts';
import { assertion, assertionType, newKey } from '../support/proofs.ts';
import { postForm, startInProcess } from '../support/setup/index.ts';

const key = await newKey();

const questionEnd = (message: Buffer): number => message.indexOf(0, 12) + 5;

const nameIn = (message: Buffer): string => {
  const labels: string[] = [];
  for (let at = 12; message[at]; at += 1 + (message[at] ?? 0))
    labels.push(message.toString('latin1', at + 1, at + 1 + (message[at] ?? 0)));
  return labels.join('.');
};

/** RFC 1035 §4.1. An answer to a question for A is 127.0.0.1; all others are empty, with this code. */
const answerTo = (message: Buffer, code: number): Buffer => {
  const end = questionEnd(message);
  const isForA = message.readUInt16BE(end - 4) === 1 && code === 0;
  const header = Buffer.from([0x81, 0x80 | code, 0, 1, 0, isForA ? 1 : 0, 0, 0, 0, 0]);
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4, 127, 0, 0, 1]);
  const parts = [message.subarray(0, 2), header, message.subarray(12, end)];
  return Buffer.concat(isForA ? [...parts, record] : parts);
};

/** Knows `good.example`, never answers for names below `slow.example`, and says that there are no others. */
const startNameServer = async () => {
  const socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (message, { port }) => {
    const name = nameIn(message).toLowerCase();
    asked.push(name);
    if (!name.endsWith('slow.example'))
      socket.send(answerTo(message, name === 'good.example' ? 0 : 3), port, '127.0.0.1');
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return { socket, asked, address: `127.0.0.1:${socket.address().port}` };
};

t.test('names that are never answered delay no other request', async (t) => {
  const names = await startNameServer();
  const formerServers = dns.getServers();
  dns.setServers([names.address]);
  const { certificate, privateKey } = makeCertificate({
    alternative: [san.dns('good.example'), san.dns('localhost')],
  });
  const trusted = getCACertificates('default');
  setDefaultCACertificates([...trusted, certificate.toString()]);
  const identity = {
    cert: certificate.toString(),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
  };
  const host = createServer(identity, (_, response) => response.end(JSON.stringify({ keys: [key.jwk] })));
  host.listen(0, '127.0.0.1');
  await once(host, 'listening');
  t.teardown(() => {
    dns.setServers(formerServers);
    setDefaultCACertificates(trusted);
    names.socket.close();
    host.close();
  });
  const port = Object(host.address()).port;
  const slow = Array.from({ length: 12 }, (_, number) => `slow-${number}`);
  const client = (id: string, hostname: string) => ({
    client_id: id,
    token_endpoint_auth_method: 'private_key_jwt',
    jwks_uri: `https://${hostname}/jwks`,
    grant_types: ['client_credentials'],
    redirect_uris: [],
  });
  const { issuer } = await startInProcess(t, {
    clients: [
      ...slow.map((id) => client(id, `${id}.slow.example`)),
      { ...client('good', ''), jwks_uri: `https://good.example:${port}/jwks` },
      { ...client('unknown', ''), jwks_uri: `https://unknown.example:${port}/jwks` },
      { ...client('local', ''), jwks_uri: `https://localhost:${port}/jwks` },
    ],
  });
  const authenticate = async (id: string): Promise<number> => {
    const { status } = await postForm(`${issuer}/oauth/token`, {
      grant_type: 'client_credentials',
      client_assertion_type: assertionType,
      client_assertion: await assertion(key, id, issuer),
    });
    return status;
  };
  const answered: string[] = [];
  const waiting = slow.map(async (id) => {
    t.equal(await authenticate(id), 401, id);
    answered.push(id);
  });
  while (!slow.every((id) => names.asked.includes(`${id}.slow.example`)))
    await new Promise((resolve) => setTimeout(resolve, 10));
  t.equal(await authenticate('good'), 200);
  t.equal(await authenticate('local'), 200, 'a name of /etc/hosts');
  t.equal(await authenticate('unknown'), 401);
  t.same(answered, [], 'the slow ones are still waiting');
  await Promise.all(waiting);
});
