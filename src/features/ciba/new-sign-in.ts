import { authTimeOf, type SignInTimes } from '../../provider/sessions/session-auth-time.ts';

interface Request {
  readonly iat?: number | undefined;
  readonly params?: Readonly<Record<string, unknown>> | undefined;
}

interface SessionOfPerson extends SignInTimes {
  past(age: number | string): boolean;
}

/**
 * The parameters of the sign-in that has to come before an approval, by the `max_age` of the request or of the client. A
 * person who has signed in since the request was made has done it. The engine turns `max_age=0` into `prompt=login`.
 */
export const newSignInFor = (
  { iat = Number.POSITIVE_INFINITY, params = {} }: Request,
  session: SessionOfPerson,
): Readonly<Record<string, string>> | undefined => {
  if (authTimeOf(session) > iat) return undefined;
  const { max_age: maxAge, prompt } = params;
  if (typeof prompt === 'string' && prompt.split(' ').includes('login')) return { prompt: 'login' };
  if (maxAge === undefined || !session.past(String(maxAge))) return undefined;
  return { max_age: String(maxAge) };
};
