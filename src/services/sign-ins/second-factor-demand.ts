import { adminAudience, type Config } from '#config';
import type { Visit } from '../../http/interactions/step.ts';
import type { Accounts } from '../accounts/index.ts';
import { type AuthenticationLevels, acrRequestOf, requiredLevelOf } from '../authentication-levels/index.ts';
import { accountClientId } from '../clients/index.ts';
import type { Factors } from '../factors/index.ts';
import type { Passkeys } from '../passkeys/index.ts';
import type { LevelOfProof } from './level-of-proof.ts';
import { passkeyMethods } from './passkey-methods.ts';
import { hasOwnFactor, type Proof } from './proof.ts';
import type { RememberedBrowsers } from './remembered-browsers.ts';

/** The methods of a second factor that is a code of an authenticator app, or a recovery code. */
export const codeMethods: readonly string[] = ['otp', 'mfa'];
/** Every passkey reaches the same level. */
const anyPasskey = passkeyMethods({ isDeviceBound: false });

/** Whether a second factor is needed, also of a person who has to set one up first. */
interface SecondFactorDemand {
  readonly isNeeded: boolean;
  /** Setting one up may be put off. */
  readonly mayPutOff: boolean;
  /** A code isn't strong enough. */
  readonly byPasskey: boolean;
}

const notNeeded: SecondFactorDemand = { isNeeded: false, mayPutOff: false, byPasskey: false };
const needed: SecondFactorDemand = { ...notNeeded, isNeeded: true };

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

export interface DemandDependencies {
  readonly config: { readonly issuer: string; readonly security: Pick<Config['security'], 'factors'> };
  readonly accounts: Pick<Accounts, 'requirementsOf'>;
  readonly levels: AuthenticationLevels;
  readonly factors: Factors;
  readonly passkeys: Pick<Passkeys, 'isUsableBy'>;
  readonly rememberedBrowsers: Pick<RememberedBrowsers, 'isRemembered'>;
}

/** Decides whether a sign-in needs a second factor: the client, the request, the account or the operator asks for it. */
export const createDemandOf = (
  { accounts, config, levels, factors, passkeys, rememberedBrowsers }: DemandDependencies,
  levelOf: LevelOfProof['levelOf'],
) => {
  const { required } = config.security.factors;
  const administration = adminAudience(config);

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

  return async (visit: Visit, proof: Proof): Promise<SecondFactorDemand> => {
    const { account, amr, upstream } = proof;
    const isRequired = accounts.requirementsOf(account).includes('factor') && !hasOwnFactor(proof);
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
    return rememberedBrowsers.isRemembered(visit.request.headers, account, since) ? notNeeded : needed;
  };
};
