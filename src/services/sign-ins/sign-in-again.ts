/**
 * A person who is signed in at an upstream comes back from it without a question, and so does someone else at their
 * browser. What that sign-in may set up here, an app or a password, would then be theirs, and make the sign-in one of now.
 * So the upstream asks the person again first (features/upstream-sign-in).
 */
import { type InteractionResults, interactionPolicy } from 'oidc-provider';
import type { Interaction } from '../../provider/engine-types.ts';
import type { FirstFactor } from './first-factor.ts';
import { withoutPasskeyOffer } from './passkey-offer.ts';
import type { UpstreamSignIn } from './upstream-sign-in.ts';

const name = 'sign_in_again';

/** In seconds, as for changes on the account pages. */
const maxAge = 300;

/**
 * The time counts when the person came back, because the pages that follow take as long as they take. An upstream that
 * doesn't say when is believed once it was asked: otherwise its people could never set up anything.
 */
const isRecent = ({ signedInAt, isAskedAgain }: UpstreamSignIn, at: number): boolean =>
  isAskedAgain === true || signedInAt === undefined || at - signedInAt <= maxAge;

/** The upstream where the person has to sign in again before a second factor is set up. */
export const upstreamToAskBeforeFactor = ({ upstream, at }: FirstFactor): string | undefined =>
  upstream === undefined || isRecent(upstream, at / 1000) ? undefined : upstream.id;

/** The same of a complete sign-in, before anything else is set up. A second factor that was given in it counts. */
export const upstreamToAsk = (result: InteractionResults | undefined): string | undefined => {
  const login = result?.login;
  // Only `completeSignIn` makes it.
  const upstream = login?.['upstream'] as UpstreamSignIn | undefined;
  if (login?.['authTs'] === undefined || upstream === undefined) return undefined;
  return isRecent(upstream, Number(login.ts)) ? undefined : upstream.id;
};

/** A step finishes with this. The engine then asks for a sign-in. */
export const signInAgainAt = (
  result: InteractionResults | undefined,
  upstream: string,
): InteractionResults => {
  const { login: _, first: __, ...others } = withoutPasskeyOffer(result);
  return { ...others, [name]: { upstream } };
};

export const withoutSignInAgain = ({ [name]: _, ...result }: InteractionResults = {}): InteractionResults =>
  result;

/** The upstream to which the person goes to sign in again. */
export const upstreamAskedAgain = ({
  lastSubmission,
}: Pick<Interaction, 'lastSubmission'>): string | undefined => {
  const value: unknown = lastSubmission?.[name];
  const { upstream }: { readonly upstream?: unknown } = Object(value);
  return typeof upstream === 'string' ? upstream : undefined;
};

export const addSignInAgainCheck = (prompt: interactionPolicy.Prompt): void => {
  const { Check } = interactionPolicy;
  prompt.checks.add(
    new Check(name, 'the person has to sign in at the upstream again', 'login_required', ({ oidc }) =>
      Boolean(oidc.result?.[name] && !oidc.result.login),
    ),
  );
};
