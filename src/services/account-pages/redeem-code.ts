import { errors, type Provider } from 'oidc-provider';
import type { Config } from '#config';
import { runInUnitOfWork } from '../../store/current-unit-of-work.ts';
import type { Store } from '../../store/port.ts';
import { accountCallbackPath, accountClientId } from '../clients/index.ts';
import type { Session } from '../sign-ins/index.ts';
import type { StartedSignIn } from './sign-in-request.ts';

interface Dependencies {
  readonly config: Pick<Config, 'issuer'>;
  readonly store: Store;
  readonly provider: Provider;
}

interface Redemption {
  readonly code: string;
  readonly started: StartedSignIn;
  /** The session of the browser that brings the code. */
  readonly session: Session;
}

/**
 * Redeems a code of the built-in client as the token endpoint would (RFC 6749 §4.1.3, RFC 7636 §4.6), without issuing
 * tokens: the pages read the session itself. The grant stays, because tabs of one session share it. Returns false for a
 * code that isn't good.
 */
export const redeemCode = async (
  { config, store, provider }: Dependencies,
  { code: value, started, session }: Redemption,
): Promise<boolean> =>
  runInUnitOfWork(store, async (work) => {
    const code = await provider.AuthorizationCode.find(value);
    const isOfThisRequest =
      code?.clientId === accountClientId &&
      code.redirectUri === `${config.issuer}${accountCallbackPath}` &&
      code.codeChallenge === started.challenge &&
      code.nonce === started.nonce &&
      code.sessionUid === session.uid &&
      code.accountId === session.accountId;
    if (!isOfThisRequest || !code.isValid) return false;
    const grant = code.grantId === undefined ? undefined : await provider.Grant.find(code.grantId);
    if (!grant) return false;
    await code.consume();
    try {
      await work.commit();
    } catch (error) {
      // Another request of this browser redeemed it first.
      if (error instanceof errors.InvalidGrant) return false;
      throw error;
    }
    return true;
  });
