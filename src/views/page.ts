import type { Html } from './html.ts';
import type { Messages } from './languages/messages.ts';

/** Files of ours that pages load; the door that serves them knows their addresses. */
export type AssetName = 'pico.css' | 'postern.css' | 'postern.js' | 'icon.svg';

/** What every page needs besides its own model. */
export interface Page {
  readonly messages: Messages;
  readonly asset: (name: AssetName) => string;
  /** As in the log: what a user reads out to support. */
  readonly requestId: string;
  /** The operator's name for this service, in the header and the title. */
  readonly brand: string;
  /** In place of ours, where the operator has one. */
  readonly logo?: string;
  /** The tags of those that the reader may choose. */
  readonly languages: readonly string[];
  /** Path and query of this page as a GET, for language links; absent where a GET would lose the state. */
  readonly currentUrl?: string;
}

export interface PageContent {
  readonly title: string;
  readonly body: Html;
  /** A form came back with errors: the title says so first. */
  readonly invalid?: boolean;
  /** Reading pages get more width than forms. */
  readonly wide?: boolean;
}

/** An application as people see it. All of it is what the application says about itself. */
export interface ClientDisplay {
  readonly name: string;
  /** Where it lives, as a host name. */
  readonly host?: string;
  readonly logo?: string;
}

export interface AccountDisplay {
  readonly name: string;
  /** A second line that tells accounts apart: an email address, a user name. */
  readonly detail?: string;
}
