import type { Config } from '#config';
import { exitCode, Failure } from '../../errors.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Key, Store } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import { type Groups, isGroupName, normalizeGroups } from '../groups/index.ts';
import type { Claims, Json } from './account.ts';
import type { ImportedGroupClaims, ImportGroupClaims } from './contract.ts';
import { type AccountRecord, toAccount } from './record.ts';
import type { RoleGroups } from './role-groups.ts';
import type { AccountStore } from './store.ts';

/**
 * Accounts had their groups in a claim named `groups` before there were groups. Such a claim is released as it is until
 * `group import-claims` has moved it. Claims and groups at once would contradict each other, so that is refused.
 */
interface Dependencies {
  readonly store: Store;
  readonly config: Pick<Config, 'accounts' | 'groups'>;
  readonly stored: AccountStore;
  readonly groups: Groups;
  readonly roleGroups: RoleGroups;
  readonly clock: Clock;
}

type Plan = Omit<ImportGroupClaims, 'dryRun'>;
type OnMoved = (id: string, former: readonly string[], now: readonly string[]) => Promise<void>;

/** Says that no stored account has such a claim, and that none may get one. */
const marker: Key = { kind: kinds.groupClaims, family: 'group-claims', id: '' };
const format = record<{ readonly at: number }>('groupClaims');

const pageSize = 500;

const hasClaim = ({ claims }: { readonly claims: Claims }): boolean => claims['groups'] !== undefined;

const refuse = (message: string): Failure =>
  new Failure({ code: 'groups_claimed', message, status: 409, exit: exitCode.configuration });

/** The names in a claim: a list of texts, or one text with names between commas or spaces. */
const namesIn = (claim: Json): readonly string[] | undefined => {
  if (typeof claim === 'string') return claim.split(/[\s,]+/).filter((name) => name !== '');
  if (!Array.isArray(claim)) return undefined;
  const list: readonly Json[] = claim;
  return list.every((name) => typeof name === 'string') ? list : undefined;
};

export const createGroupClaims = ({ store, config, stored, groups, roleGroups, clock }: Dependencies) => {
  const isMarked = async (): Promise<boolean> => (await store.read([marker]))[0] !== undefined;

  const mark = async (): Promise<void> => {
    const body = format.encode({ at: clock.now() });
    await store.commit([{ op: 'insert', key: marker, body }]).catch((error: unknown) => {
      if (!(error instanceof Conflict)) throw error;
    });
  };

  const areConfigured = config.groups.length > 0 || config.accounts.some((account) => account.groups);

  async function* allAccounts(): AsyncGenerator<AccountRecord> {
    let cursor: string | undefined;
    do {
      const page = await stored.list(pageSize, cursor);
      yield* page.records;
      cursor = page.next;
    } while (cursor !== undefined);
  }

  const checkConfigured = (): void => {
    const account = config.accounts.find(({ claims }) => claims?.['groups'] !== undefined);
    if (account === undefined) return;
    throw refuse(
      `With groups, no account may have a claim named groups, and ${account.username} of the configuration has one: move the list to \`groups\` of the account.`,
    );
  };

  /** Which names of the claim would give a role, and what the operator does about them. */
  const roleProblem = (
    { username, groups: held = [] }: AccountRecord,
    names: readonly string[],
    { rename }: Plan,
  ): string => {
    const group = (name: string): string => rename.get(name) ?? name;
    const roles = names.filter((name) => roleGroups.isRoleGroup(group(name)) && !held.includes(group(name)));
    return [
      'A claim gives no role in the administration: leave the name out with',
      `${roles.map((name) => `--drop ${JSON.stringify(name)}`).join(' ')}.`,
      'An administrator joins the group afterwards, by',
      `\`group add-member ${roles.map(group).join(' or ')} ${username}\`.`,
    ].join(' ');
  };

  /** The groups for one claim, or a sentence that says why it can't be moved. */
  const plan = (account: AccountRecord, options: Plan): readonly string[] | string => {
    const { rename, drop } = options;
    const names = namesIn(account.claims['groups'] ?? [])?.filter((name) => !drop.has(name));
    if (names === undefined)
      return `The claim is no list of names; remove it by \`account update ${account.username} --unset-claim groups\`.`;
    const renamed = names.map((name) => rename.get(name) ?? name);
    const unfit = renamed.find((name) => !isGroupName(name));
    if (unfit !== undefined)
      return `${JSON.stringify(unfit)} can't be the name of a group; choose one with --rename ${JSON.stringify(`${unfit}=name`)}, or leave it out with --drop.`;
    try {
      const all = normalizeGroups([...(account.groups ?? []), ...renamed]);
      roleGroups.refuseChange({ groups: account.groups ?? [] }, { groups: all }, {});
      return all;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return error.code === 'role_group' ? roleProblem(account, names, options) : error.message;
    }
  };

  const move = async ({ id }: AccountRecord, options: Plan, onMoved: OnMoved): Promise<void> => {
    let former: AccountRecord | undefined;
    const moved = await stored.change(id, (held) => {
      former = held;
      const names = plan(held, options);
      if (typeof names === 'string') throw refuse(`${held.username}: ${names}`);
      const { groups: _, ...claims } = held.claims;
      return { ...held, claims, groups: names };
    });
    await onMoved(id, former?.groups ?? [], moved.groups ?? []);
  };

  return {
    /** The configuration is checked without the store; the accounts of the store once, until none has the claim. */
    async check({ aboutToBe = false }: { readonly aboutToBe?: boolean } = {}): Promise<void> {
      const areInUse = aboutToBe || areConfigured || (await groups.list({ limit: 1 })).items.length > 0;
      if (!areInUse) return;
      checkConfigured();
      if (await isMarked()) return;
      for await (const account of allAccounts()) {
        if (!hasClaim(account)) continue;
        throw refuse(
          `With groups, no account may have a claim named groups, and ${account.username} has one: run \`postern group import-claims\`, which moves all such claims.`,
        );
      }
      await mark();
    },
    /** No account gets such a claim (`checkGroupsClaim`), so what isn't found now never is. */
    async importAll(
      { dryRun, ...options }: ImportGroupClaims,
      onMoved: OnMoved,
    ): Promise<ImportedGroupClaims> {
      const problems: { account: ReturnType<typeof toAccount>; message: string }[] = [];
      const names = new Set<string>();
      let moved = 0;
      for await (const account of allAccounts()) {
        if (!hasClaim(account)) continue;
        const planned = plan(account, options);
        if (typeof planned === 'string') {
          problems.push({ account: toAccount(account), message: planned });
          continue;
        }
        for (const name of planned) names.add(name);
        moved += 1;
      }
      const made = [...(await groups.unknown([...names]))].sort();
      if (dryRun) return { moved, groups: made, problems };
      // With groups and a claim that is left, no server would start.
      if (problems.length > 0) return { moved: 0, groups: [], problems };
      for (const name of made) await groups.add({ name });
      for await (const account of allAccounts()) if (hasClaim(account)) await move(account, options, onMoved);
      await mark();
      return { moved, groups: made, problems };
    },
  };
};
