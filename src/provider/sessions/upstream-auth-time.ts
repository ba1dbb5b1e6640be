import { type SignInTimes, untoldAuthTimeOf } from './session-auth-time.ts';

/**
 * In access tokens for the administration API, which means the real time of a sign-in at an upstream: when that was, in
 * seconds since the epoch, where `auth_time` says a later time. 0 where it isn't known.
 */
export const upstreamAuthTime = 'upstream_auth_time';

/** Notes in a code when the person signed in, as `SignInTimes` say it, where that isn't what `authTime` says. */
export const noteSignInTime = (code: object, session: SignInTimes | undefined): void => {
  const authTs = session && untoldAuthTimeOf(session);
  if (authTs !== undefined) Object.assign(code, { authTs });
};
