import { randomBytes } from 'node:crypto';
import type { Config } from '#config';
import { exitCode, Failure } from '#src/errors.ts';
import { Conflict } from '#src/store/errors.ts';
import type { Clock, Key, Store } from '#src/store/port.ts';
import type { Accounts } from '../accounts/index.ts';
import type { Clients } from '../clients/index.ts';
import { demoClients, demoPerson, demoUsername } from './cast.ts';

/** To be shown once: only hashes of these are kept. */
export interface DemoSecrets {
  readonly username: string;
  readonly password: string;
  readonly clients: readonly { readonly id: string; readonly type: string; readonly secret?: string }[];
}

interface DemoOptions {
  readonly store: Store;
  readonly config: Pick<Config, 'mode' | 'issuer' | 'demo' | 'accounts' | 'clients'>;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly clients: Clients;
}

const marker: Key = { kind: 'demo', family: 'demo', id: '' };

const isEmpty = async (store: Store): Promise<boolean> => {
  const [accounts, clients] = await Promise.all([
    store.list('accounts', 'all', { limit: 1 }),
    store.list('clients', 'all', { limit: 1 }),
  ]);
  return accounts.items.length === 0 && clients.items.length === 0;
};

/**
 * Makes the demo data once in the life of a store and tells its secrets; undefined when it is there already, or not
 * wanted. Processes that start together make it once.
 */
export const ensureDemo = async ({
  store,
  config,
  clock,
  accounts,
  clients,
}: DemoOptions): Promise<DemoSecrets | undefined> => {
  if (config.mode === 'production' || config.demo === false) return undefined;
  if (config.demo !== true && !(await isEmpty(store))) return undefined;
  try {
    await store.commit([{ op: 'insert', key: marker, body: JSON.stringify({ v: 1, at: clock.now() }) }]);
  } catch (error) {
    if (error instanceof Conflict) return undefined;
    throw error;
  }

  const isConfigured = (id: string | undefined): boolean =>
    config.clients.some((one) => one.client_id === id);
  try {
    const password = randomBytes(12).toString('base64url');
    const made: DemoSecrets['clients'][number][] = [];
    for (const client of demoClients(config.issuer)) {
      if (isConfigured(client.id)) continue;
      const { client: record, secret } = await clients.add(client);
      made.push({
        id: record.id,
        type: client.type ?? '',
        ...(secret === undefined ? {} : { secret: secret.secret }),
      });
    }
    await accounts.add({ ...demoPerson, password });
    return { username: demoUsername, password, clients: made };
  } catch (error) {
    await store.commit([{ op: 'remove', key: marker }]);
    throw error;
  }
};

const most = 20;

/** Production must never know a person or client whose names are in this program's documentation. */
export const assertNoDemo = async (store: Store): Promise<void> => {
  const { items } = await store.list('demo', 'all', { limit: most });
  if (items.length === 0) return;
  const names = items.map(({ key, document }) => {
    const { id, username } = JSON.parse(document.body);
    return key.kind === 'account' ? `account ${username}` : `client ${id}`;
  });
  throw new Failure({
    code: 'demo_data',
    message: `The store holds demo data (${names.toSorted().join(', ')}), which production refuses: delete it with \`account delete\` and \`client delete\`, or start on another store.`,
    exit: exitCode.configuration,
  });
};
