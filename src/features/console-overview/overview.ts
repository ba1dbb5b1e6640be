import { listRecords } from '../../services/audit/index.ts';
import { consolePath } from '../../services/clients/index.ts';
import { type ConsoleHandler, type ConsoleVisit, consolePaths } from '../../services/console-pages/index.ts';
import { type OverviewModel, overviewPage } from '../../views/console/overview.ts';
import type { EntryModel } from '../../views/console/record.ts';
import type { ConsoleOverviewDependencies } from './dependencies.ts';
import { readSignIns } from './sign-ins.ts';

const shownEntries = 10;
/** Counting reads the records, so it ends here. */
const maxCounted = 200;

type Counts = Readonly<Record<'accounts' | 'groups' | 'clients', Counted>>;

interface Counted {
  readonly count: number;
  readonly hasMore: boolean;
}

const countOf = (page: {
  readonly items: readonly unknown[];
  readonly next?: string | undefined;
}): Counted => ({
  count: Math.min(page.items.length, maxCounted),
  hasMore: page.next !== undefined || page.items.length > maxCounted,
});

export const overview = (dependencies: ConsoleOverviewDependencies): ConsoleHandler => {
  const { config, store, accounts, clients, factors, groups, passkeys } = dependencies;

  /** The playground of development has clients that an operator has not made. */
  const isOfOperator = ({ id, from }: { readonly id: string; readonly from: string }): boolean =>
    from !== 'configuration' || config.clients.some(({ client_id: configured }) => configured === id);

  const readCounts = async (): Promise<Counts> => {
    const limit = { limit: maxCounted };
    const [ofAccounts, ofGroups, ofClients] = await Promise.all([
      accounts.list(limit),
      groups.list(limit),
      clients.list(limit),
    ]);
    return {
      accounts: countOf(ofAccounts),
      groups: countOf(ofGroups),
      clients: countOf({ ...ofClients, items: ofClients.items.filter(isOfOperator) }),
    };
  };

  const readEntries = async (): Promise<readonly EntryModel[]> => {
    const { items } = await listRecords(store, {}, { limit: shownEntries });
    return Promise.all(
      items.map(async ({ at, type, outcome, reason, account, client, address }) => ({
        at,
        type,
        outcome,
        reason,
        account: account === undefined ? undefined : ((await accounts.find(account))?.username ?? account),
        client,
        address,
      })),
    );
  };

  const isProtected = async (id: string): Promise<boolean> => {
    const account = await accounts.find(id);
    if (account === undefined) return false;
    return (await passkeys.isUsableBy(id)) || (await factors.of(account)).authenticators.length > 0;
  };

  /** Shown in an installation without applications, or without people besides the administrators. */
  const readFirstSteps = async (
    { by, frame }: ConsoleVisit,
    counts: Counts,
  ): Promise<OverviewModel['firstSteps']> => {
    const hasClient = counts.clients.count > 0;
    const hasPerson = counts.accounts.count > 1;
    if (!by.permissions.has('accounts') || (hasClient && hasPerson)) return undefined;
    return [
      {
        step: 'client',
        href: consolePaths.newClient,
        command: 'postern client add --type web --redirect-uri https://app.example.com/callback',
        isDone: hasClient,
      },
      { step: 'person', href: `${consolePaths.accounts}/new`, command: undefined, isDone: hasPerson },
      {
        step: 'factor',
        href: frame.accountPages,
        command: undefined,
        isDone: await isProtected(by.id),
      },
      {
        step: 'mail',
        href: undefined,
        command: 'mail: { url: …, from: … }',
        isDone: config.mail !== undefined,
      },
    ];
  };

  return async (visit) => {
    const { by, frame, query } = visit;
    const hasPage = (path: string): boolean => frame.menu.some(({ href }) => href === path);
    const showsRecord = config.audit.enabled && by.permissions.has('audit');
    const [counts, signIns, entries] = await Promise.all([
      readCounts(),
      readSignIns(dependencies.signInCounts, query['range']),
      showsRecord ? readEntries() : undefined,
    ]);
    const page = overviewPage(frame, {
      counts: (['accounts', 'groups', 'clients'] as const).map((what) => {
        const { count, hasMore } = counts[what];
        const href = consolePaths[what];
        return { what, value: hasMore ? `${count}+` : `${count}`, href: hasPage(href) ? href : undefined };
      }),
      signIns: {
        ...signIns,
        ranges: signIns.ranges.map((range) => ({ range, href: `${consolePath}?range=${range}` })),
      },
      firstSteps: await readFirstSteps(visit, counts),
      entries,
      record: hasPage(consolePaths.audit) ? consolePaths.audit : undefined,
    });
    return { page };
  };
};
