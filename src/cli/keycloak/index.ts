import type { Command, CommandContext, Installation } from '#src/command.ts';
import { exitCode, Failure } from '#src/errors.ts';
import { toReadable } from '#src/readable-text.ts';
import type { Accounts } from '#src/services/accounts/index.ts';
import type { AddClient, Clients } from '#src/services/clients/index.ts';
import { type Report, reportText } from '../account/import/report.ts';
import { withAccounts } from '../account/with-accounts.ts';
import type { ConvertedGroup } from './groups.ts';
import type { Note } from './notes.ts';

interface ImportFlags {
  readonly dryRun?: true;
  readonly skipBad?: true;
}

interface Result {
  readonly added: readonly string[];
  readonly existing: readonly string[];
  readonly refused: readonly { readonly name: string; readonly message: string }[];
}

interface Adding<T> {
  readonly nameOf: (item: T) => string;
  readonly exists: (name: string) => Promise<boolean>;
  readonly add: (item: T) => Promise<unknown>;
}

/** Adds one after the other. What exists already is left as it is, so the import can be run again. */
const addEach = async <T>(items: readonly T[], { nameOf, exists, add }: Adding<T>): Promise<Result> => {
  const added: string[] = [];
  const existing: string[] = [];
  const refused: { name: string; message: string }[] = [];
  for (const item of items) {
    const name = nameOf(item);
    try {
      if (await exists(name)) {
        existing.push(name);
        continue;
      }
      await add(item);
      added.push(name);
    } catch (error) {
      if (!(error instanceof Failure) || error.status === 503) throw error;
      refused.push({ name, message: error.message });
    }
  }
  return { added, existing, refused };
};

const addGroups = async (
  installation: Installation,
  accounts: Accounts,
  groups: readonly ConvertedGroup[],
  dryRun: boolean,
): Promise<Result> => {
  const { addGroup, createGroups } = await import('#src/services/groups/index.ts');
  const service = createGroups(installation);
  return addEach(groups, {
    nameOf: ({ name }) => name,
    exists: async (name) => (await service.find(name)) !== undefined,
    add: async ({ name, title }) => dryRun || addGroup(service, accounts, { name, title }),
  });
};

const addClients = async (
  installation: Installation,
  clients: readonly AddClient[],
  dryRun: boolean,
): Promise<Result> => {
  const [{ createClients }, { createKeys }, { grantTypesOf }] = await Promise.all([
    import('#src/services/clients/index.ts'),
    import('#src/services/keys/index.ts'),
    import('#src/features/declarations.ts'),
  ]);
  const keys = await createKeys({ ...installation, maintain: false });
  const service: Clients = createClients({
    ...installation,
    secretCipher: keys.cipher,
    grantTypes: grantTypesOf(),
  });
  try {
    // A draft has the checks of a new client, and stores nothing.
    const add = async (client: AddClient) => (dryRun ? service.draft(client) : service.add(client));
    const exists = async (id: string) => (await service.get(id)) !== undefined;
    return await addEach(clients, { nameOf: ({ id = '' }) => id, exists, add });
  } finally {
    service.close();
    await keys.close();
  }
};

const resultText = (what: string, { added, existing, refused }: Result): string =>
  [
    `${what}: ${added.length} new, ${existing.length} there already, ${refused.length} refused.`,
    ...refused.map(({ name, message }) => toReadable(`  ${name}: ${message}`)),
  ].join('\n');

const notesText = (notes: readonly Note[], others: readonly string[]): string =>
  [
    ...(notes.length + others.length > 0 ? ['Not imported, because it has no counterpart:'] : []),
    ...notes.map(({ what, count, first }) => toReadable(`  ${count} × ${what} (${first})`)),
    ...others.map((other) => `  ${other}`),
  ].join('\n');

const importPeople = async (
  accounts: Accounts,
  people: readonly Parameters<ReturnType<Accounts['importer']>>[0][number][],
  options: { readonly dryRun: boolean; readonly newGroups: readonly string[] },
): Promise<Report> => {
  const { importEntries } = await import('../account/import/import-entries.ts');
  async function* entries() {
    for (const [at, account] of people.entries()) yield { line: at + 1, account };
  }
  return importEntries(entries(), accounts.importer(options), () => {});
};

const importRealm = async (
  context: CommandContext,
  files: readonly string[],
  { dryRun = false, skipBad = false }: { readonly dryRun?: boolean; readonly skipBad?: boolean },
): Promise<void> => {
  const [{ readRealm }, { createNotes }, { convertGroups }, { convertPeople }, { convertClients }] =
    await Promise.all([
      import('./realm.ts'),
      import('./notes.ts'),
      import('./groups.ts'),
      import('./people.ts'),
      import('./clients.ts'),
    ]);
  const { withLongTimeouts } = await import('#src/open-store.ts');
  const realm = readRealm(files);
  const notes = createNotes();
  const groups = convertGroups(realm, notes);
  const people = convertPeople(realm, groups, notes);
  const clients = convertClients(realm, notes);
  const newGroups = groups.map(({ name }) => name);

  await withAccounts(
    context,
    async (accounts, installation) => {
      const checked = await importPeople(accounts, people, { dryRun: true, newGroups });
      const isRefused = checked.refused > 0 && !skipBad;
      const writesNothing = dryRun || isRefused;
      const groupResult = await addGroups(installation, accounts, groups, writesNothing);
      const report = writesNothing
        ? checked
        : await importPeople(accounts, people, { dryRun: false, newGroups: [] });
      const clientResult = await addClients(installation, clients, writesNothing);
      if (!writesNothing) {
        const { added, unchanged, refused } = report;
        installation.events.emit({
          type: 'account.imported',
          outcome: 'ok',
          details: { from: 'keycloak', added, unchanged, refused },
        });
      }
      const left = notes.all();
      context.output.answer(
        {
          imported: !writesNothing,
          accounts: report,
          groups: groupResult,
          clients: clientResult,
          not_imported: [...left, ...realm.others.map((what) => ({ what }))],
        },
        [
          reportText(report, { done: !writesNothing, unit: 'user' }),
          resultText('Groups', groupResult),
          resultText('Clients', clientResult),
          notesText(left, realm.others),
        ].join('\n'),
      );
      const refused = report.refused + clientResult.refused.length + groupResult.refused.length;
      if (refused > 0)
        throw new Failure({
          code: 'lines_refused',
          message: writesNothing
            ? `${refused} were refused; nothing was imported. Correct them, or give --skip-bad.`
            : `${refused} were refused; the others are imported.`,
          exit: exitCode.failure,
        });
    },
    { config: withLongTimeouts(context.load().config), mayCreateStore: !dryRun },
  );
};

/** `import` itself is a command of features/store-copy. */
export const importKeycloak: Command = (program, context) => {
  const group = program.commands.find((command) => command.name() === 'import') ?? program.command('import');
  group
    .command('keycloak')
    .description('import accounts, groups and clients of a realm, and report what has no counterpart')
    .argument('<files...>', 'what `kc.sh export` wrote')
    .option('--dry-run', 'check everything and import nothing')
    .option('--skip-bad', 'import the others even if some users are refused')
    .action((files: readonly string[], flags: ImportFlags) => importRealm(context, files, flags));
};
