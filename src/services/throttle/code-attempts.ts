import type { Attempt } from './attempt.ts';
import type { CheckNetwork } from './network-failures.ts';
import type { SignInVerdict } from './verdict.ts';

interface Dependencies {
  readonly check: (attempt: Attempt) => Promise<SignInVerdict>;
  /** Without the limit of the address, which `check` asks. */
  readonly checkNetwork: CheckNetwork;
}

/**
 * A guess at a code hits as well as any other, so a network that tries a few for each of many accounts gets into one of
 * them. A known device is one of this account, and passes the rules of the network. A known address doesn't: an attacker
 * may share it with people of many accounts.
 */
export const createCheckCode =
  ({ check, checkNetwork }: Dependencies) =>
  async (attempt: Attempt): Promise<SignInVerdict> => {
    if (attempt.device !== undefined) return check(attempt);
    const ofNetwork = await checkNetwork(attempt.factor ?? 'sign-in code', attempt.address);
    if (!ofNetwork.allowed) return { ...ofNetwork, isKnownDevice: false };
    const verdict = await check(attempt);
    if (!verdict.allowed) {
      // Nothing was guessed.
      await ofNetwork.succeeded();
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
