import type { Value } from '../../html.ts';
import type { ConsoleAccountMessages } from './accounts/messages.ts';
import type { BrandingMessages } from './branding/messages.ts';
import type { ClientMessages } from './clients/messages.ts';
import type { ConsoleGroupMessages } from './groups/messages.ts';
import type { OperationMessages } from './operation/messages.ts';
import type { ConsoleOverviewMessages } from './overview/messages.ts';

type Phrase = readonly Value[];
type ProblemCode =
  | 'account_exists'
  | 'account_configured'
  | 'account_disabled'
  | 'account_superseded'
  | 'address_invalid'
  | 'email_taken'
  | 'factor_not_needed'
  | 'group_exists'
  | 'group_invalid'
  | 'group_not_found'
  | 'image_configured'
  | 'image_invalid'
  | 'image_too_large'
  | 'last_administrator'
  | 'mail_not_configured'
  | 'no_mail'
  | 'unlocked_too_often'
  | 'username_kept'
  | 'version_changed';

type ByRole = Readonly<Record<'viewer' | 'support' | 'admin', string>>;

/** The texts of the console. They are apart from the other texts, because most servers never show them. */
export interface ConsoleMessages {
  readonly menu: { label: string; account: string; signOut: string };
  readonly roles: ByRole;
  readonly noRole: {
    title: string;
    why: (account: Value) => Phrase;
    what: string;
    /** Before a command, on a server in development. */
    command: string;
    signOut: string;
  };
  readonly confirm: { typed: (name: Value) => Phrase; typedWrong: string };
  readonly lists: { search: string; next: string; none: string; actions: string };
  readonly conflict: {
    title: string;
    why: string;
    field: string;
    theirs: string;
    yours: string;
    keep: string;
  };
  /** Above a form that has what was typed before a fresh sign-in. */
  readonly keptInput: string;
  /** Sentences for refusals, by their codes. A code without one has an English sentence of its own. */
  readonly problems: Readonly<Record<ProblemCode, string>>;
  readonly entries: {
    time: string;
    event: string;
    account: string;
    client: string;
    address: string;
    outcomes: Readonly<Record<'refused' | 'failed', string>>;
  };
  readonly accounts: ConsoleAccountMessages;
  readonly groups: ConsoleGroupMessages;
  readonly sessions: {
    menu: string;
    title: string;
    search: string;
    searchHint: string;
    of: (account: Value) => Phrase;
    recent: string;
    browser: string;
    address: string;
    signedIn: string;
    lastUsed: string;
    apps: string;
    none: string;
    end: string;
    endTitle: string;
    explain: string;
    submit: string;
    done: string;
    gone: string;
  };
  readonly branding: BrandingMessages;
  readonly clients: ClientMessages;
  readonly operation: OperationMessages;
  readonly overview: ConsoleOverviewMessages;
}
