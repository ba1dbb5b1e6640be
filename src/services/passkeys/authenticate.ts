import type { Clock, Store } from '../../store/port.ts';
import { type Account, type Accounts, isProofCurrent } from '../accounts/index.ts';
import type { Challenges } from './challenges.ts';
import { challengeIn, parseAssertion } from './credential-json.ts';
import { decoyPublicKey } from './decoy-key.ts';
import type { Ceremony } from './passkey.ts';
import { ownerKey, passkeysKey, readOwner, readPasskeys, type StoredPasskey } from './record.ts';
import type { ChangePasskeys } from './record-changes.ts';
import { PasskeyRefused } from './refused.ts';
import type { RelyingParty } from './relying-party.ts';
import { userHandleOf } from './user-handle.ts';
import { type VerifiedAssertion, verifyAssertion } from './verification.ts';

interface Dependencies {
  readonly store: Pick<Store, 'read'>;
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'find'>;
  readonly challenges: Challenges;
  readonly changePasskeys: ChangePasskeys;
}

interface Owned {
  readonly account: string;
  readonly passkey: StoredPasskey;
}

/** WebAuthn §6.1.1. Synced passkeys have no counter: theirs stays 0. */
const isCounterGrown = (former: number, now: number): boolean => (former === 0 && now === 0) || now > former;

export const createAuthenticatePasskey = ({
  store,
  clock,
  accounts,
  challenges,
  changePasskeys,
}: Dependencies) => {
  /** An unknown id costs the same two round trips as a known one. */
  const findOwned = async (id: string): Promise<Owned | undefined> => {
    const [owner] = await store.read([ownerKey(id)]);
    const account = owner === undefined ? 'unknown' : readOwner(owner);
    const [document] = await store.read([passkeysKey(account)]);
    const passkey = readPasskeys(document).passkeys.find((one) => one.id === id);
    return passkey && { account, passkey };
  };

  /** Compared with what is stored now: of two requests with one counter, the second is refused. */
  const noteUse = (
    { account, passkey: { id } }: Owned,
    { counter, backedUp }: VerifiedAssertion,
  ): Promise<StoredPasskey> =>
    changePasskeys(account, (record) => {
      const at = record.passkeys.findIndex((passkey) => passkey.id === id);
      const former = record.passkeys[at];
      if (!former) throw new PasskeyRefused('unknown_passkey', { account });
      if (!isCounterGrown(former.counter, counter)) throw new PasskeyRefused('passkey_counter', { account });
      const used: StoredPasskey = { ...former, counter, backedUp, lastUsedAt: clock.now() };
      return { result: used, next: { ...record, passkeys: record.passkeys.with(at, used) } };
    });

  return async (
    relyingParty: RelyingParty,
    { credential, purpose }: Ceremony,
    expected?: { readonly account: string },
  ): Promise<{ readonly account: Account; readonly passkey: StoredPasskey }> => {
    const response = parseAssertion(credential);
    const challenge = challengeIn(response.response);
    const issuedAt = await challenges.redeem(challenge, purpose);
    if (issuedAt === undefined) throw new PasskeyRefused('passkey_challenge');

    const owned = await findOwned(response.id);
    const publicKey = owned?.passkey.publicKey ?? decoyPublicKey();
    const verified = await verifyAssertion(relyingParty, { response, challenge, publicKey }).catch(
      (error: unknown) => {
        if (!(error instanceof PasskeyRefused)) throw error;
        if (!owned) throw new PasskeyRefused('unknown_passkey', { cause: error });
        throw new PasskeyRefused(error.reason, { account: owned.account, cause: error });
      },
    );
    if (!owned) throw new PasskeyRefused('unknown_passkey');

    const { account: id } = owned;
    const { userHandle } = response.response;
    // Only an authenticator that was given the passkey to use may leave the handle out (WebAuthn §7.2, step 6).
    if (userHandle === undefined ? expected === undefined : userHandle !== userHandleOf(id))
      throw new PasskeyRefused('wrong_passkey', { account: id });
    if (expected !== undefined && expected.account !== id)
      throw new PasskeyRefused('other_account', { account: id });
    const account = await accounts.find(id);
    if (!account?.enabled) throw new PasskeyRefused('account_disabled', { account: id });
    // The answer to a challenge may be kept back until what was signed in has ended.
    if (!isProofCurrent(account, issuedAt)) throw new PasskeyRefused('passkey_challenge', { account: id });
    return { account, passkey: await noteUse(owned, verified) };
  };
};
