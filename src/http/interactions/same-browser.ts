import type { Config } from '#config';
import { cookieIn, serializeCookie } from '../../cookies.ts';
import { macOf, verifyMac } from '../../form-mac.ts';
import type { Interaction } from '../../provider/engine-types.ts';
import type { ProviderSettings } from '../../provider/provider-settings.ts';

/** The way from a step to the engine is one redirect, or a page with one button. */
const maxAgeSeconds = 600;

export const bindingCookieName = (issuer: string): string =>
  issuer.startsWith('https:') ? '__Secure-postern_answer' : 'postern_answer';

type Answered = Pick<Interaction, 'uid' | 'session' | 'result'>;

/** The person is part of it, so that one person's cookie never fits another person's answer. */
const macSubject = ({ uid, session, result }: Answered) =>
  ['answer', uid, accountOf(result) ?? session?.accountId ?? '', ...arrivalsIn(result)] as const;

const textOf = (value: unknown, name: string): string | undefined => {
  const text: unknown = Object(value)[name];
  return typeof text === 'string' ? text : undefined;
};

/** The account that signed in, or that gave the first factor. */
const accountOf = (result: Answered['result']): string | undefined =>
  result?.login?.accountId ?? textOf(result?.['first'], 'accountId');

/**
 * People who came back from an upstream. Which account they are is decided later. Other answers have nothing in this
 * place, as in 0.1.0, so that either release takes the cookie of the other during an upgrade.
 */
const arrivalsIn = (result: Answered['result']): readonly string[] => {
  const arrivals = ['upstream', 'upstream_link'].map((name) => textOf(result?.[name], 'arrival') ?? '');
  return arrivals.some((arrival) => arrival !== '') ? arrivals : [];
};

/** Set with the answer of a step, for the path where the engine picks the answer up. */
export const bindingCookie = (
  answered: Answered & Pick<Interaction, 'returnTo'>,
  issuer: string,
  cookieKeys: readonly string[],
): string =>
  serializeCookie(bindingCookieName(issuer), macOf(macSubject(answered), cookieKeys), {
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
      isSameBrowser({ req }, interaction) {
        const cookie = cookieIn(req.headers, bindingCookieName(issuer));
        return verifyMac(cookie, macSubject(interaction), cookieKeys());
      },
    },
  },
});
