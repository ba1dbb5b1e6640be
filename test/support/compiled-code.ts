/**
 * A process, started with `--expose-gc --trace-deopt`, that answers requests until V8 has compiled the functions of their
 * path, rests, and collects garbage as V8 does in a process that rests. Its output has a line for each function whose
 * compiled code V8 drops.
 */
import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startServer } from 'postern/testing';

// The flag adds `gc`, which Node's types lack.
const { gc: collect } = globalThis as {
  gc?: (options: { readonly type: 'major'; readonly flavor: 'last-resort' }) => void;
};

const client_secret = 'a-secret-of-a-machine-0123456789-abcdefgh';
const server = await startServer({
  settings: {
    resources: [{ audience: 'https://api.example.com', scopes: ['read'] }],
    clients: [{ client_id: 'machine', client_secret, grant_types: ['client_credentials'] }],
  },
});
const { hostname, port, host } = new URL(server.issuer);
const body = new URLSearchParams({
  client_id: 'machine',
  client_secret,
  grant_type: 'client_credentials',
  resource: 'https://api.example.com',
}).toString();
const request = [
  'POST /oauth/token HTTP/1.1',
  `host: ${host}`,
  'content-type: application/x-www-form-urlencoded',
  `content-length: ${body.length}`,
  '',
  body,
].join('\r\n');

const connection = connect(Number(port), hostname);
for (let i = 0; i < 2_000; i++) {
  connection.write(request);
  const [answer] = await once(connection, 'data');
  if (!String(answer).startsWith('HTTP/1.1 200 ')) throw new Error(String(answer));
}
connection.destroy();
// The last request ends, its audit record is written, and the compiler finishes.
await sleep(1_000);
process.stdout.write('the server rests\n');
collect?.({ type: 'major', flavor: 'last-resort' });
await server.stop();
