/**
 * Writes the records of this release, and the credentials of a person and a client, for test/operations/upgrade.test.ts:
 * `node test/operations/versions/write.ts > test/operations/versions/1.ndjson`. Until the first release the file follows
 * the code; after it a file is never changed, and a new format gets a new file.
 */
import { join } from 'node:path';
import { openStore } from '#adapters/index.ts';
import { toFileEntry } from '#src/features/store-copy/file-entry.ts';
import {
  Browser,
  codeFor,
  password,
  RelyingParty,
  redirectUri,
  secret,
  startServerProcess,
} from '../../support/setup/index.ts';

const key_encryption_key = Buffer.alloc(32, 1).toString('base64url');

/** Kinds that are short-lived, or useless afterwards, such as counts. */
const passing = new Set(['in', 'throttle-known', 'sign-in-count']);

const server = await startServerProcess({ teardown() {} }, { config: { security: { key_encryption_key } } });
await server.command(
  ['account', 'add', 'ada', '--permanent', '--claim', 'email=ada@example.com'],
  `${password}\n`,
);
const client = [
  'client',
  'add',
  '--type',
  'web',
  '--id',
  'shop',
  '--secret-stdin',
  '--redirect-uri',
  redirectUri,
];
await server.command(client, `${secret}\n`);
const party = new RelyingParty(server.url, 'shop', secret);
const browser = new Browser();
const first = await codeFor(party, browser, { scope: 'openid email offline_access', prompt: 'consent' });
const { body } = await party.redeem(first.code, first.verifier);
const { code, verifier } = await codeFor(party, browser);
const cookie = [...browser.cookies]
  .filter(([name]) => name.startsWith('postern_session'))
  .map(([name, { value }]) => `${name.split(';')[0]}=${value}`)
  .join('; ');
const [, token = ''] = String(body['access_token'])
  .split(/\./)
  .map((part) => Buffer.from(part, 'base64url').toString());
const { kid } = JSON.parse(
  Buffer.from(String(body['access_token']).split('.')[0] ?? '', 'base64url').toString(),
);
server.signal('SIGINT');
await server.ended;

const store = await openStore(`sqlite:${join(server.cwd, 'store.db')}`, { clock: Date });
const held = { code, verifier, refresh: body['refresh_token'], cookie, account: JSON.parse(token).sub, kid };
process.stdout.write(`${JSON.stringify({ held })}\n`);
const spent = new Set<string>();
let cursor: string | undefined;
do {
  const page = await store.dump(cursor);
  for (const entry of page.entries) {
    const name = JSON.stringify(entry.key);
    if (entry.type === 'document' && entry.document.consumption) spent.add(name);
    if (passing.has(entry.key.kind) || spent.has(name)) continue;
    process.stdout.write(`${JSON.stringify(toFileEntry(entry))}\n`);
  }
  cursor = page.next;
} while (cursor !== undefined);
await store.close();
await server.close();
