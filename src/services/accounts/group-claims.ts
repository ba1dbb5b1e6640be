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

  /** The groups for one claim, or a sentence that says why it can't be moved. */
  const plan = (
    account: AccountRecord,
    { rename, ...right }: Omit<ImportGroupClaims, 'dryRun'>,
  ): readonly string[] | string => {
    const names = namesIn(account.claims['groups'] ?? []);
    if (names === undefined) return 'The claim is no list of names; change it by `account update`.';
    const renamed = names.map((name) => rename.get(name) ?? name);
    const unfit = renamed.find((name) => !isGroupName(name));
    if (unfit !== undefined)
      return `${JSON.stringify(unfit)} can't be the name of a group; choose one with --rename ${JSON.stringify(`${unfit}=name`)}.`;
    try {
      const names = normalizeGroups([...(account.groups ?? []), ...renamed]);
      roleGroups.refuseChange({ groups: account.groups ?? [] }, { groups: names }, right);
      return names;
    } catch (error) {
      if (error instanceof Failure) return error.message;
      throw error;
    }
  };

  const move = async (
    { id }: AccountRecord,
    options: Omit<ImportGroupClaims, 'dryRun'>,
    onMoved: OnMoved,
  ): Promise<void> => {
    let former: AccountRecord | undefined;
    const moved = await stored.change(id, (held) => {
      former = held;
      const names = plan(held, options);
      // It was changed meanwhile to what can't be moved; it stays, and the next import reports it.
      if (typeof names === 'string') return held;
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
    async refuseIn(claims: Claims = {}): Promise<void> {
      const claim = claims['groups'];
      if (claim === undefined || claim === null) return;
      if (!areConfigured && !(await isMarked())) return;
      throw new Failure({
        code: 'claim_invalid',
        message: 'The claim `groups` comes from the groups of the account; use `group add-member` instead.',
        status: 422,
        exit: exitCode.usage,
      });
    },
    async importAll(
      { dryRun, ...options }: ImportGroupClaims,
      onMoved: OnMoved,
    ): Promise<ImportedGroupClaims> {
      const made = new Set<string>();
      const problems: { account: ReturnType<typeof toAccount>; message: string }[] = [];
      let moved = 0;
      const known = new Set<string>();
      const ensure = async (name: string): Promise<void> => {
        if (known.has(name)) return;
        known.add(name);
        if (await groups.find(name)) return;
        made.add(name);
        if (!dryRun) await groups.add({ name });
      };
      // New accounts get no such claim from now on, so what this pass doesn't see can't have one.
      if (!dryRun) await mark();
      for await (const account of allAccounts()) {
        if (!hasClaim(account)) continue;
        const names = plan(account, options);
        if (typeof names === 'string') {
          problems.push({ account: toAccount(account), message: names });
          continue;
        }
        for (const name of names) await ensure(name);
        if (!dryRun) await move(account, options, onMoved);
        moved += 1;
      }
      if (!dryRun && problems.length > 0) await store.commit([{ op: 'remove', key: marker }]);
      return { moved, groups: [...made].sort(), problems };
    },
  };
};
