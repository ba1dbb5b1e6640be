/** The times of a session, in seconds since the epoch. */
interface SignInTimes {
  /** When the session began, or its owner signed in again. */
  readonly loginTs?: number | undefined;
  /**
   * When the person has proven who they are, if that was before: at an upstream, where they were signed in already. 0
   * where it isn't known.
   */
  readonly authTs?: number | undefined;
}

/** How long ago the sign-in may be is asked of this time. 0 where it isn't known, so it was too long ago. */
export const authTimeOf = ({ loginTs = 0, authTs = loginTs }: SignInTimes): number => authTs;
