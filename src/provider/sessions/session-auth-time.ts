/** The times of a session, in seconds since the epoch but for `loginMs` and `beganAt`. */
export interface SignInTimes {
  /** When the session began, or its owner signed in again. */
  readonly loginTs?: number | undefined;
  /** The milliseconds after `loginTs`. Absent in sessions of an earlier release. */
  readonly loginMs?: number | undefined;
  /**
   * When the session began with this sign-in, in milliseconds since the epoch. Absent in sessions of an earlier release,
   * and after the person has proven on an account page who they are.
   */
  readonly beganAt?: number | undefined;
  /**
   * When the person has proven who they are, if that was before: at an upstream, where they were signed in already. 0
   * where it isn't known.
   */
  readonly authTs?: number | undefined;
  /** What tokens say instead, because a token with that time would count as void. */
  readonly saidTs?: number | undefined;
}

/** How long ago the sign-in may be is asked of this time. 0 where it isn't known, so it was too long ago. */
export const authTimeOf = ({ loginTs = 0, authTs = loginTs }: SignInTimes): number => authTs;

/** What tokens say. They need a time, so where none is known it is that of the session. */
export const toldAuthTimeOf = ({ loginTs, authTs, saidTs }: SignInTimes): number | undefined =>
  saidTs ?? (authTs === undefined || authTs === 0 ? loginTs : authTs);

/** The real time where tokens say another one: codes and refresh tokens have it as `authTs` too. */
export const untoldAuthTimeOf = (times: SignInTimes): number | undefined => {
  const real = authTimeOf(times);
  return real === toldAuthTimeOf(times) ? undefined : real;
};

/** Until when a session counts is asked of this time: a session ends with the sign-in that began it. */
export const signInTimeOf = ({ loginTs = 0, loginMs, beganAt }: SignInTimes) => ({
  signedInAt: loginTs,
  endsWithSignIn: true,
  ...(loginMs !== undefined && { milliseconds: loginMs }),
  ...(beganAt !== undefined && { beganAt }),
});
