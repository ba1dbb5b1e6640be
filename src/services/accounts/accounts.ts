import type { Config } from '#config';
import type { Events } from '../../events.ts';
import type { Clock, Store } from '../../store/port.ts';
import { createFindClientIds } from '../clients/find-client-ids.ts';
import { createGroups } from '../groups/index.ts';
import { indexExisting } from '../search/index.ts';
import { createAddAccount } from './add.ts';
import { createFindForSignIn } from './authenticate.ts';
import { createAccountChange } from './change.ts';
import { createChangeFactors } from './change-factors.ts';
import { createCheckNames } from './check-names.ts';
import { createConfiguredAccounts } from './configured.ts';
import type { Accounts } from './contract.ts';
import { createEndPendingSignIns } from './end-pending-sign-ins.ts';
import { createGroupClaims } from './group-claims.ts';
import { createImporter } from './importer.ts';
import { createLastAdministrator } from './last-administrator.ts';
import { createAccountLists } from './lists.ts';
import { createAccountLookup } from './lookup.ts';
import { createNewAccountCheck, createNewAccountRecord } from './new-account-record.ts';
import { createKindsInUse } from './password/kinds-in-use.ts';
import { createPasswords } from './password/passwords.ts';
import { createCheckPreferredUsername } from './preferred-username.ts';
import { readAccount, replaceAccount } from './record.ts';
import { createRemovePassword } from './remove-password.ts';
import { createRequirements } from './requirements.ts';
import { createReserveNames } from './reserve-names.ts';
import { createRoleGroups } from './role-groups.ts';
import { createSetPassword, type DraftPasswordNotice } from './set-password.ts';
import { createAccountStatus } from './status.ts';
import { createAccountStore } from './store.ts';
import { createFindSuperseded, createSuperseded } from './superseded.ts';
import { createUpdateAccount } from './update.ts';

export interface AccountsOptions {
  readonly store: Store;
  readonly config: {
    readonly accounts: Config['accounts'];
    readonly groups: Config['groups'];
    readonly clients: Config['clients'];
    readonly sign_in: Config['sign_in'];
    readonly security: Pick<Config['security'], 'factors' | 'former_username_days' | 'password'>;
    readonly issuer: Config['issuer'];
    readonly pages: Pick<Config['pages'], 'name'>;
    readonly admin: Pick<Config['admin'], 'groups'>;
  };
  readonly clock: Clock;
  readonly events: Events;
  /** The message to the owner about a new password. Commands of an operator send none. */
  readonly draftPasswordNotice?: DraftPasswordNotice;
}

/** What the service is called: names for passwords not to consist of, and for people not to take. */
export const namesOfService = ({ issuer, pages }: Pick<AccountsOptions['config'], 'issuer' | 'pages'>) => [
  pages.name,
  new URL(issuer).hostname,
  'postern',
];

const day = 86_400_000;

/** Puts the service together: each subject has a file of its own. */
export const createAccounts = ({
  store,
  config,
  clock,
  events,
  draftPasswordNotice = () => undefined,
}: AccountsOptions): Accounts => {
  const service = namesOfService(config);
  const passwords = createPasswords(config.security.password, service);
  const withEmail = config.sign_in.identifiers.includes('email');
  const configured = createConfiguredAccounts(config.accounts, passwords, { withEmail });
  const keptNamesMs = config.security.former_username_days * day;
  const stored = createAccountStore(store, clock, { withEmail, keptNamesMs });
  const { isSuperseded, refuseSuperseded, toAccount } = createSuperseded({ configured });
  const groups = createGroups({ store, config, clock, events });

  const roleGroups = createRoleGroups(config.admin);
  const groupClaims = createGroupClaims({ store, config, stored, groups, roleGroups, clock });
  const { requirementsOf, refuseFactor } = createRequirements(config.security);
  const checkPreferredUsername = createCheckPreferredUsername({ configured, stored });
  const checkNames = createCheckNames({ configured, stored });
  const newRecord = createNewAccountRecord({
    passwords,
    configured,
    clock,
    service,
    withEmail,
    checkPreferredUsername,
    checkNames,
  });

  const { forget, invalidate, ...lookup } = createAccountLookup({
    store,
    stored,
    configured,
    toAccount,
    clock,
    requirementsOf,
  });
  const { find } = lookup;
  const administrators = createLastAdministrator({
    store,
    clock,
    groups: config.admin.groups.admin,
    async members(...page) {
      const { records, next } = await stored.members(...page);
      return { records: records.filter((one) => !isSuperseded(one)), next };
    },
    hasConfigured: (names) =>
      configured
        .all()
        .some(({ enabled, groups: held }) => enabled && held.some((one) => names.includes(one))),
  });
  const accountChange = createAccountChange({
    stored,
    configured,
    toAccount,
    groups,
    roleGroups,
    administrators,
    events,
    invalidate,
  });
  const kindsInUse = createKindsInUse({
    stored,
    configured: config.accounts.flatMap(({ password_hash: hash }) => hash ?? []),
    passwords,
    clock,
  });
  const findName = createFindForSignIn({ passwords, configured, stored, toAccount, kindsInUse });
  const findForSignIn: Accounts['findForSignIn'] = async (login) => {
    const found = await findName(login);
    return {
      ...found,
      async authenticate(...attempt) {
        const account = await found.authenticate(...attempt);
        // What is required of the person is decided next, so the cache must not be older than the sign-in.
        if (account) forget(account.id);
        return account;
      },
    };
  };

  return {
    ...lookup,
    requirementsOf,
    ...createAccountLists({ stored, configured, toAccount }),
    ...createAddAccount({ stored, groups, roleGroups, newRecord, accountChange }),
    ...createUpdateAccount({
      configured,
      toAccount,
      clock,
      events,
      find,
      refuseFactor,
      accountChange,
      withEmail,
      service,
      checkPreferredUsername,
    }),
    ...createSetPassword({ passwords, clock, find, accountChange, draftPasswordNotice }),
    ...createRemovePassword({ clock, withEmail, accountChange }),
    changeFactors: createChangeFactors({ stored, clock, invalidate }),
    endPendingSignIns: createEndPendingSignIns({ store, stored, configured, clock, invalidate }),
    ...createAccountStatus({ stored, configured, clock, accountChange, refuseSuperseded }),
    async releaseName(name) {
      await stored.releaseName(name);
      events.emit({ type: 'account.name_released', outcome: 'ok' });
    },
    findForSignIn,
    authenticate: async (login, ...attempt) => (await findForSignIn(login)).authenticate(...attempt),
    reserveNames: createReserveNames({ store, stored, clock, events, withEmail }),
    checkNames,
    superseded: createFindSuperseded({ configured, stored, isSuperseded }),
    check: createNewAccountCheck({ passwords, service, withEmail }),
    checkGroupClaims: groupClaims.check,
    async importGroupClaims(options) {
      return groupClaims.importAll(options, async (id, former, now) => {
        await invalidate(id);
        accountChange.emitMemberships(id, former, now);
      });
    },
    importer: createImporter({
      store,
      stored,
      configured,
      groups,
      roleGroups,
      findClientIds: createFindClientIds({ config, store }),
      newRecord,
    }),
    isRoleGroup: roleGroups.isRoleGroup,
    requireAdministratorWithout: administrators.requireWithout,
    indexForSearch: (isStopped) =>
      indexExisting({
        store,
        clock,
        list: 'accounts',
        rewrite: ({ document }) => replaceAccount(readAccount(document), document.body),
        isStopped,
      }),
    hashPassword: passwords.hash,
    hashing: passwords.load,
  };
};
