import type { InteractionResults } from 'oidc-provider';
import type { Config } from '#config';
import type { Visit } from '../../http/interactions/step.ts';
import type { Clock } from '../../store/port.ts';
import type { Account } from '../accounts/index.ts';
import { type AuthenticationLevels, acrRequestOf, requiredLevelOf } from '../authentication-levels/index.ts';
import { accountClientId } from '../clients/index.ts';
import type { Factors } from '../factors/index.ts';
import type { Passkeys } from '../passkeys/index.ts';
import type { FirstFactor } from './first-factor.ts';
import type { RememberedBrowsers } from './remembered-browsers.ts';
import type { UpstreamSignIn } from './upstream-sign-in.ts';

/** What a step found out about the person. */
interface Proof {
  readonly account: Account;
  /** The methods of RFC 8176 §2. With `mfa` no second factor is asked for. */
  readonly amr: readonly string[];
  /** This server has asked for a second factor. */
  readonly hasSecondFactor?: boolean;
  /** The session cookie outlives the browser. */
  readonly remember: boolean;
  /** The owner of the account gets a message about the sign-in. */
  readonly isNewDevice?: boolean;
  /** Who says so, if it is an upstream. */
  readonly upstream?: UpstreamSignIn;
}

/**
 * Only `login` makes a session. The step for the second factor gets `first`, and finishes with `login`. Either is merged
 * over what an earlier step found out, so the other one is there as undefined. Where neither is, nothing but a passkey of
 * the account is enough, and the engine asks for the sign-in again.
 */
type SignInResult =
  | { readonly login: NonNullable<InteractionResults['login']>; readonly first: undefined }
  | { readonly login: undefined; readonly first: FirstFactor | undefined };

type Login = NonNullable<InteractionResults['login']>;

export interface CompleteSignIn {
  /**
   * Every step that identifies a person ends with this, and merges the result into its own. So a password alone never
   * makes a session for an account with a second factor.
   */
  (visit: Visit, proof: Proof): Promise<SignInResult>;
  /** The `login` result for what was proven. Only the step for the second factor calls it itself. */
  login(proof: Proof): Login;
}

interface Dependencies {
  readonly config: { readonly security: Pick<Config['security'], 'factors'> };
  readonly clock: Clock;
  readonly levels: AuthenticationLevels;
  readonly factors: Factors;
  readonly passkeys: Pick<Passkeys, 'isUsableBy'>;
  readonly remembered: Pick<RememberedBrowsers, 'isRemembered'>;
}

/** The methods of a sign-in by password and an authenticator app or a recovery code. */
export const withSecondFactor = (amr: readonly string[]): readonly string[] => [
  ...new Set([...amr, 'otp', 'mfa']),
];

/** Why a second factor is needed: also of a person who has to set one up first, and who may not put that off. */
interface Demand {
  readonly isNeeded: boolean;
  readonly mayPutOff: boolean;
}

const notNeeded: Demand = { isNeeded: false, mayPutOff: false };
const needed: Demand = { isNeeded: true, mayPutOff: false };

/** The engine has checked the parameters. */
const claimsOf = (text: unknown) => (typeof text === 'string' ? JSON.parse(text) : {});

/** The account pages ask for another sign-in before a person changes how they sign in. */
const isSensitiveSignIn = ({ client, interaction: { params } }: Visit): boolean =>
  client.clientId === accountClientId && (params['prompt'] !== undefined || params['max_age'] !== undefined);

export const createCompleteSignIn = ({
  config,
  clock,
  levels,
  factors,
  passkeys,
  remembered,
}: Dependencies): CompleteSignIn => {
  const { required } = config.security.factors;

  /**
   * What an upstream says has the level that the operator gives it, whatever methods it names. A second factor here adds
   * its own.
   */
  const levelOf = ({ account, amr, hasSecondFactor, upstream }: Proof): string | undefined => {
    if (upstream === undefined) return levels.reachedBy(account, amr);
    const { acr } = upstream;
    if (!hasSecondFactor) return acr;
    const reached = levels.reachedBy(account, withSecondFactor([]));
    return acr === undefined || levels.reaches(reached, [acr]) ? reached : acr;
  };

  const login = (proof: Proof): Login => {
    const { account, amr, remember, upstream } = proof;
    const acr = levelOf(proof);
    return {
      accountId: account.id,
      remember,
      ts: Math.floor(clock.now() / 1000),
      ...((amr.length > 0 || upstream === undefined) && { amr: [...amr] }),
      ...(acr !== undefined && { acr }),
      ...(upstream && { upstream }),
    };
  };

  /** Whether the client or the request asks for a level that a second factor reaches and this sign-in doesn't. */
  const missesLevel = ({ client, interaction: { params } }: Visit, proof: Proof) => {
    const requested = acrRequestOf({ params, claims: claimsOf(params['claims']) });
    const level = requiredLevelOf(client);
    const reached = levelOf(proof);
    const reachable = levelOf({ ...proof, amr: withSecondFactor(proof.amr), hasSecondFactor: true });
    const isMissed = (values: readonly string[]): boolean =>
      !levels.reaches(reached, values) && levels.reaches(reachable, values);
    const isRequested = isMissed(requested.values);
    return {
      isEssential: (level !== undefined && isMissed([level])) || (isRequested && requested.essential),
      isVoluntary: isRequested,
    };
  };

  /** Of second factors, the account has none that the step for them could ask for. */
  const hasOnlyPasskeys = async (account: Account): Promise<boolean> =>
    (await passkeys.isUsableBy(account.id)) && (await factors.of(account)).authenticators.length === 0;

  const demandOf = async (visit: Visit, proof: Proof): Promise<Demand> => {
    const { account, amr, upstream } = proof;
    if (amr.includes('mfa')) return notNeeded;
    const { isEssential, isVoluntary } = missesLevel(visit, proof);
    if (factors.isOffered && (isEssential || account.required?.includes('factor'))) return needed;
    // Where no app can be set up, only people who have one can reach the level.
    const isAsked = isEssential || isVoluntary || isSensitiveSignIn(visit);
    if (upstream?.isEnough && !isAsked) return notNeeded;
    if (required === 'never' && !isAsked) return notNeeded;
    const { authenticators, forgottenAt } = await factors.of(account);
    if (authenticators.length === 0)
      return required === 'always' ? { isNeeded: true, mayPutOff: true } : notNeeded;
    const isRemembered = remembered.isRemembered(visit.request.headers, account, forgottenAt);
    return isAsked || !isRemembered ? needed : notNeeded;
  };

  const complete = async (visit: Visit, proof: Proof): Promise<SignInResult> => {
    const { isNeeded, mayPutOff } = await demandOf(visit, proof);
    const isTooWeak = isNeeded || (isSensitiveSignIn(visit) && !proof.amr.includes('mfa'));
    // Otherwise the first factor alone could set up the second one that is missing.
    if (isTooWeak && (await hasOnlyPasskeys(proof.account))) return { login: undefined, first: undefined };
    if (!isNeeded) return { login: login(proof), first: undefined };
    const { account, amr, remember, isNewDevice = false, upstream } = proof;
    const first = {
      accountId: account.id,
      amr,
      remember,
      isNewDevice,
      mayPutOff,
      at: clock.now(),
      ...(upstream && { upstream }),
    };
    return { login: undefined, first };
  };
  return Object.assign(complete, { login });
};
