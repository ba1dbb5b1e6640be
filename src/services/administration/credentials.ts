import type { Config } from '#config';
import { Failure } from '../../errors.ts';
import { Draft } from '../../store/draft.ts';
import type { Clock, Store } from '../../store/port.ts';
import { draftRecovery } from '../account-recovery/index.ts';
import { type Account, deviceBindingOf, verifiedEmailOf } from '../accounts/index.ts';
import { listRecords } from '../audit/index.ts';
import type { Factors } from '../factors/index.ts';
import type { Notices } from '../notices/index.ts';
import type { OneTimeLinks } from '../one-time-links/index.ts';
import type { Passkeys } from '../passkeys/index.ts';
import type { Throttle } from '../throttle/index.ts';
import { linkIdOf, type Provisioning, type UpstreamLinks } from '../upstreams/index.ts';
import { type Administrator, makerOf, requirePermission, requireRecentSignIn } from './administrator.ts';
import { type RecordChange, typeOfChange } from './change-record.ts';
import type { RightOver } from './right-over-account.ts';

/** A link that is shown once. It is enough to take over the account, or to make it. */
export interface ShownLink {
  readonly url: string;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

export interface CredentialAdministration {
  /** Ends the delays after wrong passwords and codes, at most five times a day: each time strangers get new attempts. */
  unlock(by: Administrator, id: string): Promise<void>;
  /**
   * An authenticator app, a passkey or a linked identity by its id, or `recovery` for the recovery codes. Sessions stay.
   */
  removeFactor(by: Administrator, id: string, factor: string): Promise<void>;
  /** Makes a link for a person who lost the password or the device. */
  makeRecoveryLink(by: Administrator, id: string): Promise<ShownLink>;
}

interface Dependencies extends RightOver {
  readonly config: Pick<Config, 'issuer'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly factors: Pick<Factors, 'removeAuthenticator' | 'removeRecoveryCodes'>;
  readonly passkeys: Pick<Passkeys, 'remove'>;
  readonly upstreamLinks: Pick<UpstreamLinks, 'listOf'>;
  readonly provisioning: Pick<Provisioning, 'unlink'>;
  readonly links: Pick<OneTimeLinks, 'draft'>;
  readonly notices: Notices;
  readonly throttle: Pick<Throttle, 'take' | 'unlock'>;
  readonly recordChange: RecordChange;
}

const unlockOperation = 'account.unlock';

/** Wrong passwords of the last day are what a person is kept out by. */
const recentMs = 24 * 3_600_000;
const maxRecords = 50;

/** Of one account, by all administrators together. */
const unlocksPerDay = 5;

const unlockedTooOften = (): Failure =>
  new Failure({
    code: 'unlocked_too_often',
    status: 429,
    message: `The account was unlocked ${unlocksPerDay} times in a day, and each time strangers get new attempts. Help the person to a new password instead.`,
  });

const factorNotFound = (): Failure =>
  new Failure({
    code: 'factor_not_found',
    status: 404,
    message: 'The account has no such way to sign in. It may have been removed meanwhile.',
  });

const disabled = (): Failure =>
  new Failure({
    code: 'account_disabled',
    status: 409,
    message: 'The account is disabled; enable it first.',
  });

const configured = (): Failure =>
  new Failure({
    code: 'account_configured',
    status: 409,
    message: 'This account comes from the configuration; change it there.',
  });

export const createCredentialAdministration = ({
  config: { issuer },
  store,
  clock,
  factors,
  passkeys,
  upstreamLinks,
  provisioning,
  links,
  notices,
  throttle,
  findAccount,
  recordChange,
}: Dependencies): CredentialAdministration => {
  const remove = async (account: Account, factor: string): Promise<boolean> => {
    if (factor === 'recovery') return factors.removeRecoveryCodes(account);
    if (await factors.removeAuthenticator(account, factor)) return true;
    const linked = (await upstreamLinks.listOf(account.id)).find((one) => linkIdOf(one) === factor);
    if (linked) return (await provisioning.unlink(account, linked, [])) === 'removed';
    // Even the last passkey: a recovery link lets the person set up another way in.
    return (await passkeys.remove(account, factor, { otherWay: [] })) === 'removed';
  };

  /** The addresses from which the person, or someone else, sent a wrong password or code. */
  const addressesOf = async (id: string): Promise<readonly string[]> => {
    const query = { account: id, outcome: 'refused', from: clock.now() - recentMs };
    const { items } = await listRecords(store, query, { limit: maxRecords, maxPages: 1 });
    return items.flatMap(({ type, address }) =>
      type === typeOfChange(unlockOperation) ? [] : (address ?? []),
    );
  };

  return {
    async unlock(by, id) {
      requirePermission(by, 'accounts.support');
      const account = await findAccount(by, id);
      const { allowed } = await throttle.take('unlock', id, unlocksPerDay, recentMs);
      if (!allowed) {
        const refused = unlockedTooOften();
        recordChange(by, { operation: unlockOperation, account: id, reason: refused.code });
        throw refused;
      }
      const addresses = await addressesOf(id);
      const knownBy = deviceBindingOf(account);
      for (const name of [account.username, verifiedEmailOf(account.claims)])
        if (name !== undefined) await throttle.unlock({ account: name, knownBy, addresses });
      await throttle.unlock({ account: id, factor: 'second factor', knownBy, addresses });
      recordChange(by, { operation: unlockOperation, account: id });
    },

    async removeFactor(by, id, factor) {
      requirePermission(by, 'accounts');
      const account = await findAccount(by, id);
      if (!(await remove(account, factor))) throw factorNotFound();
      recordChange(by, { operation: 'account.factor_remove', account: id, details: { factor } });
    },

    async makeRecoveryLink(by, id) {
      requirePermission(by, 'accounts');
      requireRecentSignIn(by, clock);
      const account = await findAccount(by, id);
      if (account.from === 'configuration') throw configured();
      if (!account.enabled) throw disabled();
      const { url, until, write } = draftRecovery({ links, issuer, now: clock.now() }, account, makerOf(by));
      const notice = notices.draft('recovery-link', { account: id });
      await Draft.commitWith((writesOf) => store.commit([write, ...writesOf(notice)]));
      recordChange(by, { operation: 'account.recovery_link', account: id });
      return { url, until };
    },
  };
};
