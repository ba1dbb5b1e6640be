import type { Config } from '#config';
import type { Events } from '../../events.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Store, Write } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { Account, Accounts } from '../accounts/index.ts';
import type { Notices } from '../notices/index.ts';
import { createAuthenticatePasskey } from './authenticate.ts';
import { isAnonymous, providerName } from './authenticators.ts';
import { creationOptions, requestOptions } from './ceremony-options.ts';
import { createChallenges } from './challenges.ts';
import { challengeIn, parseRegistration } from './credential-json.ts';
import type { By, Passkey, Passkeys } from './passkey.ts';
import { idOf, insertOwner, ownerKey, passkeysKey, readPasskeys, type StoredPasskey } from './record.ts';
import { createChangePasskeys } from './record-changes.ts';
import { PasskeyRefused } from './refused.ts';
import { relyingPartyOf } from './relying-party.ts';
import { userHandleOf } from './user-handle.ts';
import { verifyRegistration } from './verification.ts';

interface Dependencies {
  readonly config: Pick<Config, 'issuer' | 'passkeys' | 'pages'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Pick<Accounts, 'find'>;
  readonly notices: Notices;
  /** The keys of the MACs of challenges, the newest first. */
  readonly cookieKeys: () => readonly string[];
}

/** Pages list them all, and requests to browsers too. */
const maxPasskeys = 20;
/** How long a person who declined the offer isn't asked again. */
const declinedMs = 90 * 86_400_000;
const maxNameLength = 60;

const summaryOf = (passkey: StoredPasskey): Passkey => {
  const { id: credentialId, name, aaguid, multiDevice, backedUp, createdAt, lastUsedAt } = passkey;
  const provider = isAnonymous(aaguid) ? undefined : providerName(aaguid);
  return {
    id: idOf(passkey),
    credentialId,
    ...(name !== undefined && { name }),
    ...(provider !== undefined && { provider }),
    isDeviceBound: !multiDevice,
    isSynced: backedUp,
    createdAt,
    ...(lastUsedAt !== undefined && { lastUsedAt }),
  };
};

/** How authenticators show the account. */
const userOf = ({ id, username, claims: { name } }: Account) => ({
  userId: userHandleOf(id),
  name: username,
  displayName: typeof name === 'string' && name !== '' ? name : username,
});

const removeOwner = ({ id }: StoredPasskey): Write => ({ op: 'remove', key: ownerKey(id) });

export const createPasskeys = (dependencies: Dependencies): Passkeys => {
  const { config, store, clock, events, accounts, notices, cookieKeys } = dependencies;
  const relyingParty = relyingPartyOf(config);
  const challenges = createChallenges({ store, clock, keys: cookieKeys });
  const changePasskeys = createChangePasskeys(store);

  const enabledParty = () => {
    if (!relyingParty) throw new Error('passkeys are not enabled');
    return relyingParty;
  };

  const read = async (account: string) => {
    const [document] = await store.read([passkeysKey(account)]);
    return readPasskeys(document);
  };

  const emit = (
    type: string,
    account: string,
    { notice: _, ...by }: By = {},
    details?: Readonly<Record<string, string>>,
  ): void => events.emit({ type, outcome: 'ok', account, ...by, ...(details && { details }) });

  /** The message to the owner: its write goes with the change. */
  const draftNotice = (kind: 'passkey-added' | 'passkey-removed', account: string, by: By = {}) => {
    const draft = by.notice && notices.draft(kind, { account, ...by.notice });
    return { writes: draft ? [draft.write] : [], afterCommit: () => draft?.afterCommit() };
  };

  const authenticate = createAuthenticatePasskey({ store, clock, accounts, challenges, changePasskeys });

  return {
    isEnabled: relyingParty !== undefined,
    rpId: relyingParty?.id ?? '',

    isUsableBy: async (account) => relyingParty !== undefined && (await read(account)).passkeys.length > 0,

    async list(account) {
      const { passkeys } = await read(account);
      return passkeys.map(summaryOf).toSorted((a, b) => b.createdAt - a.createdAt);
    },

    async requestOptions(purpose, account) {
      const known = account === undefined ? [] : (await read(account)).passkeys;
      return requestOptions(enabledParty(), challenges.issue(purpose), known);
    },

    async creationOptions(purpose, account) {
      const { passkeys: existing } = await read(account.id);
      const { userId, ...names } = userOf(account);
      const user = { id: userId, ...names };
      return creationOptions(enabledParty(), { challenge: challenges.issue(purpose), user, existing });
    },

    async authenticate(ceremony, expected) {
      const { account, passkey } = await authenticate(enabledParty(), ceremony, expected);
      return { account, passkey: summaryOf(passkey) };
    },

    async register(account, { credential, purpose }, by) {
      const response = parseRegistration(credential);
      const challenge = challengeIn(response.response);
      if (!(await challenges.redeem(challenge, purpose))) throw new PasskeyRefused('passkey_challenge');
      const verified = await verifyRegistration(enabledParty(), { response, challenge });
      const added: StoredPasskey = { ...verified, createdAt: clock.now() };
      const notice = draftNotice('passkey-added', account.id, by);
      try {
        await changePasskeys(account.id, (record) => {
          if (record.passkeys.length >= maxPasskeys) throw new PasskeyRefused('too_many_passkeys');
          const { declinedAt: _, ...others } = record;
          return {
            result: undefined,
            next: { ...others, passkeys: [...record.passkeys, added] },
            also: [insertOwner(added.id, account.id), ...notice.writes],
          };
        });
      } catch (error) {
        const isTaken = error instanceof Conflict && error.key.kind === kinds.passkeyOwner;
        throw isTaken ? new PasskeyRefused('already_registered', { cause: error }) : error;
      }
      notice.afterCommit();
      const passkey = summaryOf(added);
      const { provider } = passkey;
      emit('passkey.added', account.id, by, provider === undefined ? undefined : { provider });
      return passkey;
    },

    async rename({ id: account }, id, name, by) {
      const trimmed = [...name.trim()].slice(0, maxNameLength).join('');
      const isRenamed = await changePasskeys(account, (record) => {
        const at = record.passkeys.findIndex((passkey) => idOf(passkey) === id);
        const former = record.passkeys[at];
        if (!former) return { result: false };
        const { name: _, ...unnamed } = former;
        const renamed = trimmed === '' ? unnamed : { ...unnamed, name: trimmed };
        return { result: true, next: { ...record, passkeys: record.passkeys.with(at, renamed) } };
      });
      if (isRenamed) emit('passkey.renamed', account, by);
      return isRenamed;
    },

    async remove({ id: account }, id, { hasOtherWay, by }) {
      const notice = draftNotice('passkey-removed', account, by);
      const outcome = await changePasskeys<'removed' | 'unknown' | 'last'>(account, (record) => {
        const removed = record.passkeys.find((passkey) => idOf(passkey) === id);
        if (!removed) return { result: 'unknown' };
        if (record.passkeys.length === 1 && !hasOtherWay) return { result: 'last' };
        const passkeys = record.passkeys.filter((passkey) => passkey !== removed);
        return {
          result: 'removed',
          next: { ...record, passkeys },
          also: [removeOwner(removed), ...notice.writes],
        };
      });
      if (outcome !== 'removed') return outcome;
      notice.afterCommit();
      emit('passkey.removed', account, by);
      return outcome;
    },

    async removeAll({ id: account }, { since = 0, by } = {}) {
      const removed = await changePasskeys(account, (record) => {
        const gone = record.passkeys.filter(({ createdAt }) => createdAt >= since);
        const kept = record.passkeys.filter(({ createdAt }) => createdAt < since);
        if (gone.length === 0) return { result: gone };
        return { result: gone, next: { ...record, passkeys: kept }, also: gone.map(removeOwner) };
      });
      for (const _ of removed) emit('passkey.removed', account, by);
      return removed.length;
    },

    async accepted(account) {
      const { passkeys } = await read(account.id);
      return {
        rpId: enabledParty().id,
        ...userOf(account),
        allAcceptedCredentialIds: passkeys.map(({ id }) => id),
      };
    },

    async isOfferDue(account) {
      const { passkeys, declinedAt = Number.NEGATIVE_INFINITY } = await read(account);
      return relyingParty !== undefined && passkeys.length === 0 && clock.now() - declinedAt > declinedMs;
    },

    noteDeclined: (account) =>
      changePasskeys(account, (record) => ({
        result: undefined,
        next: { ...record, declinedAt: clock.now() },
      })),
  };
};
