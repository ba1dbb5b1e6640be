/** A process that opens the keys of a store, prints them, and ends: `print-keys.ts URL`. */
import { openStore } from '#adapters/index.ts';
import { keysConfig, openKeys } from './keys.ts';
import { longTimeouts } from './wait-for.ts';

const [url = ''] = process.argv.slice(2);
const clock = { now: () => Date.now() };
const store = await openStore(url, { clock, ...longTimeouts });
const config = keysConfig({ url, keyEncryptionKey: undefined, algorithms: ['ES256', 'EdDSA', 'RS256'] });
const { keys } = await openKeys(store, clock, config);
const { version, publicJwks } = keys.current();
process.stdout.write(JSON.stringify({ version, kids: publicJwks.keys.map(({ kid }) => kid) }));
await keys.close();
await store.close();
