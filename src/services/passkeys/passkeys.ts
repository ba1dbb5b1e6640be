import type { Config } from '#config';
import type { Events } from '../../events.ts';
import { Draft } from '../../store/draft.ts';
import { Conflict } from '../../store/errors.ts';
import type { Clock, Store } from '../../store/port.ts';
import { kinds } from '../../store/record-kinds.ts';
import type { Account, Accounts } from '../accounts/index.ts';
import type { Notices } from '../notices/index.ts';
import type { Throttle } from '../throttle/index.ts';
import { createAuthenticatePasskey } from './authenticate.ts';
import { creationOptions, requestOptions } from './ceremony-options.ts';
import { createChallenges } from './challenges.ts';
import { challengeIn, parseRegistration } from './credential-json.ts';
import type { Passkeys } from './passkey.ts';
import { createPasskeyList } from './passkey-list.ts';
import { insertOwner, passkeysKey, readPasskeys, type StoredPasskey } from './record.ts';
import { createChangePasskeys } from './record-changes.ts';
import { PasskeyRefused } from './refused.ts';
import { relyingPartyOf } from './relying-party.ts';
import { summaryOf } from './summary.ts';
import { userHandleOf } from './user-handle.ts';
import { verifyRegistration } from './verification.ts';

interface Dependencies {
  readonly config: Pick<Config, 'issuer' | 'passkeys' | 'pages'>;
  readonly store: Store;
  readonly clock: Clock;
  readonly events: Events;
  readonly accounts: Pick<Accounts, 'endPendingSignIns' | 'find'>;
  readonly notices: Notices;
  readonly throttle: Pick<Throttle, 'take'>;
  /** The keys of the MACs of challenges, the newest first. */
  readonly cookieKeys: () => readonly string[];
}

/** Pages list them all, and requests to browsers too. */
const maxPasskeys = 20;
/** Of one account. The challenge of each is stored as used for as long as it would be good. */
const registrationsPerHour = 60;
const hourMs = 3_600_000;
/** How long a person who declined the offer isn't asked again. */
const declinedMs = 90 * 86_400_000;

/** How authenticators show the account. */
const userOf = ({ id, username, claims: { name } }: Account) => ({
  userId: userHandleOf(id),
  name: username,
  displayName: typeof name === 'string' && name !== '' ? name : username,
});

export const createPasskeys = (dependencies: Dependencies): Passkeys => {
  const { config, store, clock, events, accounts, notices, throttle, cookieKeys } = dependencies;
  const relyingParty = relyingPartyOf(config);
  const challenges = createChallenges({ store, clock, keys: cookieKeys });
  const changePasskeys = createChangePasskeys({ store, accounts });

  const enabledParty = () => {
    if (!relyingParty) throw new Error('passkeys are not enabled');
    return relyingParty;
  };

  const read = async (account: string) => {
    const [document] = await store.read([passkeysKey(account)]);
    return readPasskeys(document);
  };

  const countRegistration = async (account: string): Promise<void> => {
    const verdict = await throttle.take('passkey registration', account, registrationsPerHour, hourMs);
    if (verdict.allowed) return;
    throw new PasskeyRefused('throttled', { account, waitSeconds: verdict.waitSeconds });
  };

  const authenticate = createAuthenticatePasskey({ store, clock, accounts, challenges, changePasskeys });

  return {
    ...createPasskeyList({ store, events, accounts, notices }),
    isEnabled: relyingParty !== undefined,
    rpId: relyingParty?.id ?? '',

    isUsableBy: async (account) => relyingParty !== undefined && (await read(account)).passkeys.length > 0,

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
      await countRegistration(account.id);
      if ((await challenges.redeem(challenge, purpose)) === undefined)
        throw new PasskeyRefused('passkey_challenge');
      const verified = await verifyRegistration(enabledParty(), { response, challenge });
      const added: StoredPasskey = { ...verified, createdAt: clock.now() };
      const notice = by?.notice && notices.draft('passkey-added', { account: account.id, ...by.notice });
      try {
        await Draft.commitWith((writesOf) =>
          changePasskeys(
            account.id,
            (record) => {
              if (record.passkeys.length >= maxPasskeys) throw new PasskeyRefused('too_many_passkeys');
              const { declinedAt: _, ...others } = record;
              return {
                result: undefined,
                next: { ...others, passkeys: [...record.passkeys, added] },
                also: [insertOwner(added.id, account.id), ...writesOf(notice)],
              };
            },
            { signedIn: account, endsWithOthers: true },
          ),
        );
      } catch (error) {
        const isTaken = error instanceof Conflict && error.key.kind === kinds.passkeyOwner;
        throw isTaken ? new PasskeyRefused('already_registered', { cause: error }) : error;
      }
      const passkey = summaryOf(added);
      const { provider } = passkey;
      const { notice: _, ...who } = by ?? {};
      events.emit({
        type: 'passkey.added',
        outcome: 'ok',
        account: account.id,
        ...who,
        ...(provider !== undefined && { details: { provider } }),
      });
      return passkey;
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
