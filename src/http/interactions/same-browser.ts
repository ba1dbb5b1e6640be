import type { Config } from '#config';
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

/**
 * An answer is accepted only from the browser that gave it. Otherwise an attacker could begin a sign-in, plant its cookie
 * in the browser of a victim who completes it, and resume it in the browser of the attacker (session fixation).
 */
export const bindToBrowser = (
  { issuer }: Pick<Config, 'issuer'>,
  cookieKeys: () => readonly string[],
): ProviderSettings => ({
  overrides: {
    interactionFind: {
      isSameBrowser: (ctx, interaction) =>
        verifyMac(cookieIn(ctx.req.headers, cookieName(issuer)), macSubject(interaction), cookieKeys()),
    },
  },
});
