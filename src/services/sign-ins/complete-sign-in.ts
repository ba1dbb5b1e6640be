import type { InteractionResults } from 'oidc-provider';
import { adminAudience, type Config } from '#config';
import type { Visit } from '../../http/interactions/step.ts';
import type { Clock } from '../../store/port.ts';
import type { Account, Accounts } from '../accounts/index.ts';
import { type AuthenticationLevels, acrRequestOf, requiredLevelOf } from '../authentication-levels/index.ts';
import { accountClientId } from '../clients/index.ts';
import type { Factors } from '../factors/index.ts';
import type { Passkeys } from '../passkeys/index.ts';
import type { FirstFactor } from './first-factor.ts';
import { passkeyMethods } from './passkey-methods.ts';
import type { RememberedBrowsers } from './remembered-browsers.ts';
import type { UpstreamSignIn } from './upstream-sign-in.ts';

/** What a step found out about the person. */
interface Proof {
  readonly account: Account;
  /** The methods of RFC 8176 §2. With `mfa` no second factor is asked for. */
  readonly amr: readonly string[];
  /** Those of the second factor that was asked for after them. */
  readonly second?: readonly string[];
  /** The session cookie outlives the browser. */
  readonly remember: boolean;
  /** The owner of the account gets a message about the sign-in. */
  readonly isNewDevice?: boolean;
  /** Who says so, if it is an upstream. */
  readonly upstream?: UpstreamSignIn;
}

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

interface Dependencies {
  readonly config: { readonly issuer: string; readonly security: Pick<Config['security'], 'factors'> };
  readonly clock: Clock;
  readonly accounts: Pick<Accounts, 'update'>;
  readonly levels: AuthenticationLevels;
  readonly factors: Factors;
  readonly passkeys: Pick<Passkeys, 'isUsableBy'>;
  readonly remembered: Pick<RememberedBrowsers, 'isRemembered'>;
}

/** The methods of a second factor that is a code of an authenticator app, or a recovery code. */
export const codeMethods: readonly string[] = ['otp', 'mfa'];
/** Every passkey reaches the same level. */
const anyPasskey = passkeyMethods({ isDeviceBound: false });

const together = (amr: readonly string[], second: readonly string[] = []): readonly string[] => [
  ...new Set([...amr, ...second]),
];

/** Whether a second factor is needed, also of a person who has to set one up first. */
interface Demand {
  readonly isNeeded: boolean;
  /** Setting one up may be put off. */
  readonly mayPutOff: boolean;
  /** A code isn't strong enough. */
  readonly byPasskey: boolean;
}

const notNeeded: Demand = { isNeeded: false, mayPutOff: false, byPasskey: false };
const needed: Demand = { ...notNeeded, isNeeded: true };

/**
 * The person used a passkey of this server. An operator who requires a second factor of a person doesn't mean one
 * elsewhere.
 */
const hasOwnFactor = ({ amr, upstream }: Proof): boolean => upstream === undefined && amr.includes('mfa');

/**
 * When the person has proven who they are, in seconds, if that was before now: a sign-in by an upstream may be one of
 * yesterday. 0 where it isn't known. It is never before what has made earlier sign-ins of the account void, because this
 * one isn't void. A second factor of this server is given now.
 */
const authTimeOf = ({ account, second, upstream }: Proof, now: number): number | undefined => {
  const { signedInAt } = upstream ?? {};
  if (signedInAt === undefined || second !== undefined) return undefined;
  if (signedInAt === 0) return 0;
  const { passwordChangedAt = 0, factorAddedAt = 0, signedOutAt = 0 } = account;
  const voidBefore = Math.floor(Math.max(passwordChangedAt, factorAddedAt, signedOutAt) / 1000);
  const at = Math.max(signedInAt, voidBefore);
  return at < now ? at : undefined;
};

/** The engine has checked the parameters. */
const claimsOf = (text: unknown) => (typeof text === 'string' ? JSON.parse(text) : {});

/**
 * The account pages ask for another sign-in before a person changes how they sign in, and clients of the administration
 * API before an administrator changes keys, secrets or roles. After a sign-in for a person of an upstream, that person is
 * linked (features/upstream-sign-in).
 */
const isSensitiveSignIn = (
  { client, interaction: { params, lastSubmission } }: Visit,
  administration: string,
): boolean =>
  lastSubmission?.['upstream_link'] !== undefined ||
  ((client.clientId === accountClientId || [client['resources']].flat().includes(administration)) &&
    (params['prompt'] !== undefined || params['max_age'] !== undefined));

export const createCompleteSignIn = ({
  config,
  clock,
  accounts,
  levels,
  factors,
  passkeys,
  remembered,
}: Dependencies): CompleteSignIn => {
  const { required } = config.security.factors;
  const administration = adminAudience(config);

  /** The methods before the second factor may be those of an upstream, so they count as the level that they gave only. */
  const withSecond = (
    account: Account,
    acr: string | undefined,
    second: readonly string[],
  ): string | undefined => {
    const reached = levels.reachedBy(account, [], second);
    return acr === undefined || levels.reaches(reached, [acr]) ? reached : acr;
  };

  /**
   * What an upstream says has the level that the operator gives it, whatever methods it names. A second factor here adds
   * its own.
   */
  const levelOf = ({ account, amr, second, upstream }: Proof): string | undefined => {
    if (upstream === undefined) return levels.reachedBy(account, amr, second);
    const { acr } = upstream;
    if (second === undefined) return acr;
    return withSecond(account, acr, second);
  };

  const login = (proof: Proof): Login => {
    const { account, second, remember, upstream } = proof;
    const amr = together(proof.amr, second);
    const acr = levelOf(proof);
    const ts = Math.floor(clock.now() / 1000);
    const authTs = authTimeOf(proof, ts);
    return {
      accountId: account.id,
      remember,
      ts,
      ...(authTs !== undefined && { authTs }),
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
    const missed = (second: readonly string[]) => {
      const reachable = levelOf({ ...proof, second });
      const isMissed = (values: readonly string[]): boolean =>
        !levels.reaches(reached, values) && levels.reaches(reachable, values);
      const isRequested = isMissed(requested.values);
      return {
        isEssential: (level !== undefined && isMissed([level])) || (isRequested && requested.essential),
        isVoluntary: isRequested,
      };
    };
    const withCode = missed(codeMethods);
    const withPasskey = missed(anyPasskey);
    const needsPasskey =
      (withPasskey.isEssential && !withCode.isEssential) ||
      (withPasskey.isVoluntary && !withCode.isVoluntary);
    return { ...withCode, needsPasskey };
  };

  const demandOf = async (visit: Visit, proof: Proof): Promise<Demand> => {
    const { account, amr, upstream } = proof;
    const isRequired =
      factors.isOffered && account.required?.includes('factor') === true && !hasOwnFactor(proof);
    if (amr.includes('mfa') && !isRequired) return notNeeded;
    const { isEssential, isVoluntary, needsPasskey } = missesLevel(visit, proof);
    if (needsPasskey && (await passkeys.isUsableBy(account.id))) return { ...needed, byPasskey: true };
    if (isRequired || (isEssential && factors.isOffered)) return needed;
    // Where no app can be set up, only people who have a second factor can reach the level.
    const isAsked = isEssential || isVoluntary || isSensitiveSignIn(visit, administration);
    if (upstream?.isEnough && !isAsked) return notNeeded;
    if (required === 'never' && !isAsked) return notNeeded;
    const { authenticators, forgottenAt } = await factors.of(account);
    if (authenticators.length === 0) {
      const isDue = isAsked || required === 'always';
      if (!isDue) return notNeeded;
      if (!(await passkeys.isUsableBy(account.id)))
        return required === 'always' ? { ...needed, mayPutOff: true } : notNeeded;
    }
    if (isAsked) return needed;
    // Without an app the account doesn't say that there is more to read.
    const since = authenticators.length > 0 ? forgottenAt : await factors.forgottenAt(account);
    return remembered.isRemembered(visit.request.headers, account, since) ? notNeeded : needed;
  };

  const complete = async (visit: Visit, proof: Proof): Promise<SignInResult> => {
    if (proof.account.required?.includes('factor') && hasOwnFactor(proof))
      await accounts.update(proof.account.id, { required: { remove: ['factor'] } });
    const { isNeeded, mayPutOff, byPasskey } = await demandOf(visit, proof);
    if (!isNeeded) return { login: login(proof), first: undefined };
    const { account, amr, remember, isNewDevice = false, upstream } = proof;
    const first = {
      accountId: account.id,
      amr,
      remember,
      isNewDevice,
      mayPutOff,
      byPasskey,
      at: clock.now(),
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
