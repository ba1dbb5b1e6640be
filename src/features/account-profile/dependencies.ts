import type { Events } from '../../events.ts';
import type { Pages } from '../../http/pages/pages.ts';
import type { Accounts } from '../../services/accounts/index.ts';
import type { ProfileFields } from '../../services/profile-fields/index.ts';

export interface AccountProfileDependencies {
  readonly events: Events;
  readonly pages: Pages;
  readonly accounts: Accounts;
  readonly profileFields: ProfileFields;
  /** The page for the e-mail address, if there is one. */
  readonly emailAddress: { readonly href: string } | undefined;
}
