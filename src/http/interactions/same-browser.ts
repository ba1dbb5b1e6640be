import { Provider } from 'oidc-provider';
import type { EngineShare } from '../../feature.ts';
import { cookieIn, serializeCookie } from '../pages/cookies.ts';
import { sealOf, sealsMatch } from '../pages/seal.ts';
import type { Interaction } from './step.ts';

/** From the answer of a step to the engine: one redirect, or a page with one button. */
const keptFor = 600;

const nameFor = (issuer: string): string =>
  issuer.startsWith('https:') ? '__Secure-postern_answer' : 'postern_answer';

type Answered = Pick<Interaction, 'uid' | 'session' | 'result'>;

/** One for each person, so that nobody gets the one that another person's answer makes. */
const subjectOf = ({ uid, session, result }: Answered) =>
  ['answer', uid, result?.login?.accountId ?? session?.accountId ?? ''] as const;

/** Goes out with the answer of a step, to where the engine picks that answer up. */
export const proofCookie = (
  answered: Answered & Pick<Interaction, 'returnTo'>,
  issuer: string,
  sealKeys: readonly string[],
): string =>
  serializeCookie(nameFor(issuer), sealOf(subjectOf(answered), sealKeys), {
    maxAge: keptFor,
    secure: issuer.startsWith('https:'),
    path: new URL(answered.returnTo, issuer).pathname,
  });

interface Interactions {
  find(uid: string, options?: object): Promise<Interaction | undefined>;
}

const resumeRoutes = new Set(['resume', 'device_resume']);

/**
 * An answer is taken up only by the browser that gave it. Otherwise somebody could begin a sign-in, plant its cookie in
 * a browser of theirs to be finished by another person, and pick the session up in their own (session fixation).
 */
export const sameBrowserOnly = (sealKeys: () => readonly string[]): EngineShare => ({
  attach(provider) {
    // Its generic `find` is for subclasses, of which there are none.
    const interactions = provider.Interaction as unknown as Interactions;
    const find = interactions.find.bind(interactions);
    interactions.find = async (uid, options) => {
      const interaction = await find(uid, options);
      const ctx = Provider.ctx;
      if (!interaction?.result || !ctx || !resumeRoutes.has(ctx.oidc.route)) return interaction;
      const proof = cookieIn(ctx.req.headers, nameFor(provider.issuer));
      return sealsMatch(proof, subjectOf(interaction), sealKeys()) ? interaction : undefined;
    };
  },
});
