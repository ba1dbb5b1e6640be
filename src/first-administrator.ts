import type { Config } from '#config';
import { Failure } from './errors.ts';
import { addGroup } from './services/groups/index.ts';
import type { Services } from './services/index.ts';
import { draftInvitation } from './services/invitations/index.ts';
import type { Clock, Store } from './store/port.ts';

interface Dependencies {
  readonly config: Config;
  readonly store: Store;
  readonly clock: Clock;
  readonly services: Pick<Services, 'accounts' | 'groups' | 'oneTimeLinks'>;
}

const lifetimeSeconds = 3600;

/** The person changes it on their account pages. */
const placeholderAddress = 'admin@example.com';

const hasMember = async ({ services: { accounts } }: Dependencies, groups: readonly string[]) => {
  for (const group of groups) {
    const { items } = await accounts.members(group, { limit: 100 });
    // A membership of an upstream gives no role.
    if (items.some(({ operatorGroups }) => operatorGroups.includes(group))) return true;
  }
  return false;
};

const ensureGroup = async ({ services: { accounts, groups } }: Dependencies, name: string) => {
  if ((await groups.find(name)) !== undefined) return true;
  try {
    await addGroup(groups, accounts, { name });
    return true;
  } catch (error) {
    if (error instanceof Failure) return error.code === 'group_exists';
    throw error;
  }
};

/**
 * A link for the first administrator of an installation in development. Undefined when there is one already. The caller
 * shows it on a terminal only: it opens the administration to everyone who reads it.
 */
export const inviteFirstAdministrator = async (dependencies: Dependencies): Promise<string | undefined> => {
  const { config, store, clock, services } = dependencies;
  const { admin: groups } = config.admin.groups;
  const [group] = groups;
  if (config.mode !== 'development' || !config.admin.enabled || group === undefined) return undefined;
  if ((await hasMember(dependencies, groups)) || !(await ensureGroup(dependencies, group))) return undefined;
  const { url, writes } = draftInvitation(
    { links: services.oneTimeLinks, issuer: config.issuer, now: clock.now() },
    { email: placeholderAddress, claims: {}, groups: [group], maker: { kind: 'command' }, lifetimeSeconds },
  );
  await store.commit(writes);
  return url;
};
