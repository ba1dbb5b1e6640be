/** A process, started with `--expose-gc`, that sends its parent how many bytes of each request end in the old generation. */
import { connect } from 'node:net';
import { getHeapSpaceStatistics } from 'node:v8';
import { startServer } from 'postern/testing';

// The flag adds `gc`, which Node's types lack.
const { gc: collect } = globalThis as { gc?: (options: { readonly type: 'major' | 'minor' }) => void };

const oldBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name: name }) => name === 'old_space')?.space_used_size ?? 0;

const client = { client_id: 'machine', client_secret: 'a-secret-of-a-machine-0123456789-abcdefgh' };
const server = await startServer({
  settings: {
    clients: [{ ...client, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] }],
  },
});
const { hostname, port, host } = new URL(server.issuer);
// A raw socket is used because an HTTP client would add old objects.
const connection = connect(Number(port), hostname);
const body = new URLSearchParams({ ...client, grant_type: 'client_credentials' }).toString();
const wire = [
  'POST /oauth/token HTTP/1.1',
  `host: ${host}`,
  'content-type: application/x-www-form-urlencoded',
  `content-length: ${body.length}`,
  '',
  body,
].join('\r\n');

let answered = (_answer: Buffer): void => {};
connection.on('data', (answer) => answered(answer));
const ask = (): Promise<void> =>
  new Promise((resolve, reject) => {
    answered = (answer) =>
      answer.subarray(9, 12).toString() === '200' ? resolve() : reject(new Error(answer.toString()));
    connection.write(wire);
  });

const several = 50;
const times = 8;
const askOften = async (): Promise<void> => {
  for (let i = 0; i < times * several; i++) {
    await ask();
    // Objects that survive two minor collections are promoted.
    if (i % several === 0) for (const type of ['minor', 'minor'] as const) collect?.({ type });
  }
};

await askOften();
collect?.({ type: 'major' });
const before = oldBytes();
await askOften();
process.send?.((oldBytes() - before) / (times * several));
connection.destroy();
await server.stop();
process.disconnect();
