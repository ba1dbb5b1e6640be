import type { Store } from '../../store/port.ts';
import { type Attempt, keysOf } from './attempt.ts';
import type { Bucket } from './keys.ts';
import { passesNetwork } from './known-origin.ts';
import type { CheckNetwork } from './network-failures.ts';
import type { SignInVerdict } from './verdict.ts';

interface Dependencies {
  readonly store: Store;
  readonly bucket: Bucket;
  readonly check: (attempt: Attempt) => Promise<SignInVerdict>;
  /** Without the limit of the address, which `check` asks. */
  readonly checkNetwork: CheckNetwork;
}

/**
 * A guess at a code hits as well as any other, so a network that tries a few for each of many accounts gets into one of
 * them. A known device or address is one of this account, and passes the rules of the network. An address does so for a
 * few failures only: an attacker may share it with people of many accounts.
 */
export const createCheckCode =
  ({ store, bucket, check, checkNetwork }: Dependencies) =>
  async (attempt: Attempt): Promise<SignInVerdict> => {
    if (attempt.device !== undefined) return check(attempt);
    const keys = keysOf(attempt, bucket);
    const [known] = await store.read([keys.known]);
    if (passesNetwork(known)) return check(attempt);
    const what = attempt.factor ?? 'sign-in code';
    const ofNetwork = await checkNetwork(what, attempt.address, keys.account);
    if (!ofNetwork.allowed) return { ...ofNetwork, isKnownDevice: false };
    const verdict = await check(attempt);
    if (!verdict.allowed) {
      // Nothing was guessed.
      await ofNetwork.release();
      return verdict;
    }
    return {
      allowed: true,
      async failed() {
        await Promise.all([ofNetwork.failed(), verdict.failed()]);
      },
      async succeeded() {
        await Promise.all([ofNetwork.succeeded(), verdict.succeeded()]);
      },
    };
  };
