/** Makes credentials in the store of a running Postern, through Postern's own modules, in a separate process. */
import { pino } from 'pino';
import { loadConfig } from '#config';
import { buildApp } from '#src/app/index.ts';
import { openStore } from '#src/open-store.ts';
import { runInUnitOfWork } from '#src/store/current-unit-of-work.ts';
import { fillWithGrants } from '../fill-with-grants.ts';
import { type MintRequest, secret } from '../fixtures.ts';
import { answer } from '../messages.ts';
import { createMinter } from '../minter.ts';

const { config } = loadConfig({ env: {}, cwd: process.cwd() });
const store = await openStore(config, Date);
const app = await buildApp({ config, store, clock: Date, log: pino({ level: 'silent' }) });
const accountIds: string[] = [];
for (const { username } of config.accounts) {
  const account = await app.services.accounts.findByUsername(username);
  if (!account) throw new Error(`the account ${username} is missing`);
  accountIds.push(account.id);
}
let minted = 0;
const nextAccountId = (): string => accountIds[minted++ % accountIds.length] ?? '';

const mint = (request: MintRequest): Promise<string[]> =>
  // Keys rotate, so each call asks for the current engine.
  createMinter({
    provider: app.engine().provider,
    nextAccountId,
    cookieKey: app.services.keys.current().cookieKeys[0] ?? '',
    sessionCookie: 'postern_session',
    cookieHash: 'sha256',
    runAsRequest: (make) =>
      runInUnitOfWork(store, async (work) => {
        const made = await make();
        await work.commit();
        return made;
      }),
  })(request);

const addClients = async (count: number): Promise<string[]> => {
  const ids: string[] = [];
  for (let i = 0; i < count; i++) {
    const id = `machine-${String(i).padStart(6, '0')}`;
    await app.services.clients.add({ type: 'machine', id, metadata: {}, secret });
    ids.push(id);
  }
  return ids;
};

answer({ mint, addClients, fill: (count: number) => fillWithGrants({ store, mint, count }) });
