/** The texts of the account pages. */
export interface AccountMessages {
  readonly menu: { label: string; signOut: string };
  readonly signInFailed: { title: string; why: string; again: string };
  readonly overview: { title: string; menu: string };
}
