import type { ConsoleMessages } from '../languages/console/messages.ts';
import type { AccountDisplay, Page } from '../page.ts';

interface MenuItem {
  readonly href: string;
  readonly label: string;
  readonly isCurrent: boolean;
}

/** What the pages of the console share. */
export interface ConsoleFrame {
  readonly page: Page;
  readonly text: ConsoleMessages;
  /** The administrator who is signed in. */
  readonly account: AccountDisplay;
  readonly role: 'viewer' | 'support' | 'admin';
  /** The administrator's time zone, if it is known. */
  readonly zone?: string;
  readonly menu: readonly MenuItem[];
  /** The person signed in again for a form that was sent already. */
  readonly isInputKept?: true;
  /** The address of the person's own account, and the one that asks whether to sign out. */
  readonly accountPages: string;
  readonly signOut: string;
}
