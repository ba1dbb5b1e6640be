import type { Events } from '../../events.ts';
import type { Clock } from '../../store/port.ts';
import { normalizeGroups } from '../groups/index.ts';
import type { Account } from './account.ts';
import type { AccountChange } from './change.ts';
import {
  checkClaims,
  checkEmailClaim,
  checkGroupsClaim,
  checkNameClaims,
  mergeClaims,
  verifiedEmailOf,
} from './claims.ts';
import type { ConfiguredAccounts } from './configured.ts';
import type { Accounts, GroupChange } from './contract.ts';
import { rememberAddress } from './former-address.ts';
import { changeByOperator, changeByUpstream } from './group-sources.ts';
import { acceptUsername } from './new-username.ts';
import type { CheckPreferredUsername } from './preferred-username.ts';
import type { AccountRecord } from './record.ts';
import { changeRequired, type Requirements } from './requirements.ts';
import { checkAtSign, emailTaken, nameTaken } from './sign-in-names.ts';
import type { ToAccount } from './superseded.ts';
import { foldUsername } from './username.ts';

interface Dependencies {
  readonly configured: ConfiguredAccounts;
  readonly toAccount: ToAccount;
  readonly clock: Clock;
  readonly events: Events;
  readonly find: (id: string) => Promise<Account | undefined>;
  readonly refuseFactor: Requirements['refuseFactor'];
  readonly accountChange: AccountChange;
  readonly checkPreferredUsername: CheckPreferredUsername;
  /** Verified addresses are names to sign in by. */
  readonly withEmail: boolean;
  /** What the service is called. */
  readonly service: readonly string[];
}

const isList = (groups: readonly string[] | GroupChange | undefined): groups is readonly string[] =>
  Array.isArray(groups);

/** The record without what `changeByOperator` and `changeByUpstream` answer whole. */
const withoutGroups = ({ groups: _, upstreamGroups: __, ...rest }: AccountRecord): AccountRecord => rest;

/** Changes the user name, the claims, the groups and what is required of an account. */
export const createUpdateAccount = ({
  configured,
  toAccount,
  clock,
  events,
  find,
  refuseFactor,
  accountChange: { changeWithGroups },
  checkPreferredUsername,
  withEmail,
  service,
}: Dependencies): Pick<Accounts, 'update' | 'changeGroups'> => {
  /** Checks the names of an account when they change. Names that were accepted by former rules stay as they are. */
  const checkNames = (former: AccountRecord, now: Pick<AccountRecord, 'username' | 'claims'>): void => {
    const isRenamed = foldUsername(former.username) !== foldUsername(now.username);
    const isMoved = verifiedEmailOf(former.claims) !== verifiedEmailOf(now.claims);
    if (isRenamed || isMoved) checkAtSign(now, withEmail);
    const email = verifiedEmailOf(now.claims);
    if (!isMoved || email === undefined) return;
    const isName =
      withEmail && email !== foldUsername(now.username) && configured.byName(email) !== undefined;
    if (isName || configured.hasEmail(email)) throw emailTaken(email);
  };

  /** Another spelling of a name that an account has is accepted, also where a newer rule refuses the name. */
  const hasName = (account: Account | undefined, username: string): boolean =>
    account !== undefined && foldUsername(account.username) === foldUsername(username);

  return {
    async update(id, { username, claims = {}, groups: groupChange, ...change }, options = {}) {
      const { addressGivenBy = 'operator', ...conditions } = options;
      const { upstreamGroups, required, endsPendingSignIns } = change;
      const isNamed = username !== undefined || claims['preferred_username'] !== undefined;
      const former = isNamed ? await find(id) : undefined;
      const isRenamed = username !== undefined && !hasName(former, username);
      const email = verifiedEmailOf(mergeClaims(former?.claims ?? {}, claims));
      const name = isRenamed ? acceptUsername(username, { givenBy: 'operator', service, email }) : username;
      if (name !== undefined && configured.holderOf(name) !== undefined) throw nameTaken(name);
      // A claim that the account has already stays, as other names do.
      const preferred = claims['preferred_username'];
      if (former && preferred !== undefined && preferred !== former.claims['preferred_username'])
        await checkPreferredUsername(
          { username: name ?? former.username, claims: mergeClaims(former.claims, claims) },
          id,
        );
      const added = isList(groupChange) ? normalizeGroups(groupChange) : (groupChange?.add ?? []);
      const groupsAfter = (former: AccountRecord): Pick<AccountRecord, 'groups' | 'upstreamGroups'> => {
        const changed = groupChange
          ? { ...withoutGroups(former), ...changeByOperator(former, groupChange) }
          : former;
        if (upstreamGroups) return changeByUpstream(changed, upstreamGroups);
        return {
          ...(changed.groups && { groups: changed.groups }),
          ...(changed.upstreamGroups && { upstreamGroups: changed.upstreamGroups }),
        };
      };
      const record = await changeWithGroups(
        id,
        (former) => {
          if (required) refuseFactor(former, required);
          const merged = mergeClaims(former.claims, claims);
          checkClaims(merged);
          checkNameClaims(merged, former.claims);
          checkEmailClaim(merged, former.claims);
          checkGroupsClaim(merged, former.claims);
          checkNames(former, { username: name ?? former.username, claims: merged });
          const changed = {
            ...withoutGroups(former),
            username: name ?? former.username,
            claims: merged,
            ...groupsAfter(former),
            ...(required && { required: changeRequired(former, required) }),
            ...(endsPendingSignIns && { pendingSignInsEndedAt: clock.now() }),
          };
          return rememberAddress(former, changed, { givenBy: addressGivenBy, now: clock.now() });
        },
        [...added, ...(upstreamGroups?.groups ?? [])],
        conditions,
      );
      events.emit({ type: 'account.updated', outcome: 'ok', account: id });
      return toAccount(record);
    },
    async changeGroups(id, groupChange, options) {
      const record = await changeWithGroups(
        id,
        (former) => ({ ...withoutGroups(former), ...changeByOperator(former, groupChange) }),
        groupChange.add ?? [],
        options,
      );
      return toAccount(record);
    },
  };
};
