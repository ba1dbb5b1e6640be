import { randomBytes } from 'node:crypto';
import type { Config } from '#config';
import { exitCode, Failure } from '../../errors.ts';
import { Draft } from '../../store/draft.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Key, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { Accounts } from '../accounts/index.ts';
import { readAccount } from '../accounts/record.ts';
import type { Clients } from '../clients/index.ts';
import { readClient } from '../clients/record.ts';
import { demoClients, demoPerson, demoUsername } from './demo-data.ts';

/** Shown once, since only hashes are stored. Accounts and clients that existed before aren't included. */
interface DemoSecrets {
  readonly person?: { readonly username: string; readonly password: string };
  readonly clients: readonly { readonly id: string; readonly type: string; readonly secret?: string }[];
}

/** The process that creates the demo data knows its secrets. Later processes only know that it exists. */
export type Demo = DemoSecrets | 'made before';

interface DemoOptions {
  readonly store: Store;
  readonly config: Pick<Config, 'mode' | 'issuer' | 'demo'>;
  readonly clock: Clock;
  readonly accounts: Accounts;
  readonly clients: Clients;
}

const marker: Key = { kind: kinds.demo, family: 'demo', id: '' };

const format = record<{ readonly at: number }>('demo');

const isEmpty = async (store: Store): Promise<boolean> => {
  const [accounts, clients] = await Promise.all([
    store.list('accounts', 'all', { limit: 1 }),
    store.list('clients', 'all', { limit: 1 }),
  ]);
  return accounts.items.length === 0 && clients.items.length === 0;
};

/** Everything is in one commit, so a process that is killed leaves all of the demo data or none. */
const createDemo = async ({ store, config, clock, accounts, clients }: DemoOptions): Promise<DemoSecrets> => {
  const password = randomBytes(12).toString('base64url');
  const isNew = (await accounts.findByUsername(demoUsername)) === undefined;
  const person = isNew ? await accounts.draft({ ...demoPerson, password }) : undefined;
  const newClients = [];
  for (const one of demoClients(config.issuer)) {
    if ((await clients.get(one.id)) === undefined) newClients.push({ type: one.type, ...clients.draft(one) });
  }
  const drafts = [...newClients.map(({ draft }) => draft), person];
  await Draft.commitWith((writesOf) =>
    store.commit([
      { op: 'insert', key: marker, body: format.encode({ at: clock.now() }) },
      ...drafts.flatMap(writesOf),
    ]),
  );
  return {
    ...(person && { person: { username: demoUsername, password } }),
    clients: newClients.map(({ client, type, secret }) => ({
      id: client.id,
      type,
      ...(secret && { secret: secret.secret }),
    })),
  };
};

/** Creates the demo data once in the life of a store, also when several processes start together. */
export const ensureDemo = async (options: DemoOptions): Promise<Demo | undefined> => {
  const { config, store, accounts } = options;
  if (config.mode === 'production' || config.demo === false) return undefined;
  const [made] = await store.read([marker]);
  if (!made && (config.demo === true || (await isEmpty(store)))) {
    try {
      return await createDemo(options);
    } catch (error) {
      if (!(error instanceof Conflict)) throw error;
    }
  }
  return (await accounts.findByUsername(demoUsername))?.demo && 'made before';
};

const maxShown = 20;

/** Production must never have an account or client whose name is in the documentation. */
export const assertNoDemo = async (store: Store): Promise<void> => {
  const { items } = await store.list('demo', 'all', { limit: maxShown });
  if (items.length === 0) return;
  const names = items.map(({ key, document }) =>
    key.kind === kinds.account
      ? `account ${readAccount(document).username}`
      : `client ${readClient(document).id}`,
  );
  throw new Failure({
    code: 'demo_data',
    message: `The store holds demo data (${names.toSorted().join(', ')}), which production refuses: delete it with \`account delete\` and \`client delete\`, or start on another store.`,
    exit: exitCode.configuration,
  });
};
