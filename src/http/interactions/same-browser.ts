import { Provider } from 'oidc-provider';
import { cookieIn, serializeCookie } from '../../cookies.ts';
import { macOf, verifyMac } from '../../form-mac.ts';
import type { ProviderSettings } from '../../provider/provider-settings.ts';
import type { Interaction } from './step.ts';

/** From the answer of a step to the engine: one redirect, or a page with one button. */
const maxAgeSeconds = 600;

const cookieName = (issuer: string): string =>
  issuer.startsWith('https:') ? '__Secure-postern_answer' : 'postern_answer';

type Answered = Pick<Interaction, 'uid' | 'session' | 'result'>;

/** One for each person, so that nobody gets the one that another person's answer makes. */
const macSubject = ({ uid, session, result }: Answered) =>
  ['answer', uid, result?.login?.accountId ?? session?.accountId ?? ''] as const;

/** Goes out with the answer of a step, to where the engine picks that answer up. */
export const bindingCookie = (
  answered: Answered & Pick<Interaction, 'returnTo'>,
  issuer: string,
  cookieKeys: readonly string[],
): string =>
  serializeCookie(cookieName(issuer), macOf(macSubject(answered), cookieKeys), {
    maxAge: maxAgeSeconds,
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
export const bindToBrowser = (cookieKeys: () => readonly string[]): ProviderSettings => ({
  attach(provider) {
    // Its generic `find` is for subclasses, of which there are none.
    const interactions = provider.Interaction as unknown as Interactions;
    const find = interactions.find.bind(interactions);
    interactions.find = async (uid, options) => {
      const interaction = await find(uid, options);
      const ctx = Provider.ctx;
      if (!interaction?.result || !ctx || !resumeRoutes.has(ctx.oidc.route)) return interaction;
      const cookie = cookieIn(ctx.req.headers, cookieName(provider.issuer));
      return verifyMac(cookie, macSubject(interaction), cookieKeys()) ? interaction : undefined;
    };
  },
});
