import type { InteractionResults } from 'oidc-provider';
import type { Visit } from '../../http/interactions/step.ts';
import type { SignInTimes } from '../../provider/sessions/session-auth-time.ts';
import type { Clock } from '../../store/port.ts';
import type { Account, Accounts } from '../accounts/index.ts';
import type { FirstFactor } from './first-factor.ts';
import { createLevelOfProof } from './level-of-proof.ts';
import { hasOwnFactor, type Proof } from './proof.ts';
import { createDemandOf, type DemandDependencies } from './second-factor-demand.ts';

type Login = NonNullable<InteractionResults['login']>;

/**
 * Only `login` makes a session. The step for the second factor gets `first`, and finishes with `login`. Either is merged
 * over what an earlier step found out, so the other one is there as undefined.
 */
type SignInResult =
  | { readonly login: Login; readonly first: undefined }
  | { readonly login: undefined; readonly first: FirstFactor };

export interface CompleteSignIn {
  /**
   * Every step that identifies a person ends with this, and merges the result into its own. So a password alone never
   * makes a session for an account with a second factor.
   */
  (visit: Visit, proof: Proof): Promise<SignInResult>;
  /** The `login` result for what was proven. Only the step for the second factor calls it itself. */
  login(proof: Proof): Login;
  /** What a session reaches in which the person gives a second factor. A stronger level that it has stays. */
  strengthen(
    account: Account,
    session: Strength,
    second: readonly string[],
  ): Pick<Strength, 'acr'> & { readonly amr: readonly string[] };
}

/** How a person signed in, as a session says it. */
interface Strength {
  readonly amr?: readonly string[] | undefined;
  readonly acr?: string | undefined;
}

interface Dependencies extends DemandDependencies {
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'requirementsOf' | 'update'>;
}

const together = (amr: readonly string[], second: readonly string[] = []): readonly string[] => [
  ...new Set([...amr, ...second]),
];

/**
 * When the person has proven who they are, in seconds, if that was before the sign-in: one by an upstream may be one of
 * yesterday. 0 where it isn't known. A second factor of this server is given in the sign-in.
 *
 * Tokens say another time if this one is before what has made earlier sign-ins of the account void, and this one isn't
 * void. It is still as old as it is for whatever asks for a recent sign-in.
 */
const timesOf = ({ account, second, upstream }: Proof, ts: number): Omit<SignInTimes, 'loginTs'> => {
  const { signedInAt } = upstream ?? {};
  if (signedInAt === undefined || signedInAt >= ts || second !== undefined) return {};
  const { passwordChangedAt = 0, factorAddedAt = 0, signedOutAt = 0 } = account;
  const voidBefore = Math.floor(Math.max(passwordChangedAt, factorAddedAt, signedOutAt) / 1000);
  const wouldBeVoid = signedInAt > 0 && signedInAt < voidBefore && voidBefore <= ts;
  return { authTs: signedInAt, ...(wouldBeVoid && { saidTs: voidBefore }) };
};

export const createCompleteSignIn = (dependencies: Dependencies): CompleteSignIn => {
  const { clock, accounts, levels } = dependencies;
  const { levelOf, withSecond } = createLevelOfProof(levels);
  const demandOf = createDemandOf(dependencies, levelOf);

  const login = (proof: Proof): Login => {
    const { account, second, remember, upstream, at } = proof;
    const amr = together(proof.amr, second);
    const acr = levelOf(proof);
    const ts = Math.floor(at / 1000);
    return {
      accountId: account.id,
      remember,
      ts,
      ms: at % 1000,
      ...timesOf(proof, ts),
      ...((amr.length > 0 || upstream === undefined) && { amr: [...amr] }),
      ...(acr !== undefined && { acr }),
      ...(upstream && { upstream }),
    };
  };

  const complete = async (visit: Visit, proof: Proof): Promise<SignInResult> => {
    if (proof.account.required?.includes('factor') && hasOwnFactor(proof))
      await accounts.update(proof.account.id, { required: { remove: ['factor'] } });
    const { isNeeded, mayPutOff, byPasskey } = await demandOf(visit, proof);
    if (!isNeeded) return { login: login(proof), first: undefined };
    const { account, amr, remember, isNewDevice = false, upstream, at } = proof;
    const first = {
      accountId: account.id,
      amr,
      remember,
      isNewDevice,
      mayPutOff,
      byPasskey,
      at,
      begunAt: clock.now(),
      ...(upstream && { upstream }),
    };
    return { login: undefined, first };
  };

  const strengthen: CompleteSignIn['strengthen'] = (account, { amr = [], acr }, second) => ({
    amr: together(amr, second),
    acr: withSecond(account, acr, second),
  });

  return Object.assign(complete, { login, strengthen });
};
