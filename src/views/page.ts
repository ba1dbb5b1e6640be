import type { Html } from './html.ts';
import type { Messages } from './languages/messages.ts';
import type { SiteLinks } from './site-links.ts';

/** Files that pages load. `http/assets` knows their URLs. */
export type AssetName =
  | 'pico.css'
  | 'postern.css'
  | 'console.css'
  | 'postern.js'
  | 'passkeys.js'
  | 'icon.svg';

/** The paths of the operator's own files. */
export interface PageTheme {
  readonly styleSheet?: string;
  /** A style sheet that the operator wrote. */
  readonly customStyleSheet?: string;
  readonly logo?: string;
  readonly logoDark?: string;
  readonly favicon?: { readonly path: string; readonly type: string };
}

/** What every page needs besides its own model. */
export interface Page {
  readonly messages: Messages;
  readonly asset: (name: AssetName) => string;
  /** The id in the log, which a person can give to support. */
  readonly requestId: string;
  /** The operator's name for this service, in the header and the title. */
  readonly brand: string;
  /** The operator's logo, which replaces the default one. */
  readonly logo?: string;
  readonly theme?: PageTheme;
  readonly links?: SiteLinks;
  /** The URL of the operator's page where people start, for pages that end a flow. */
  readonly home?: string;
  /** The tags of the languages that the person may choose. */
  readonly languages: readonly string[];
  /** Path and query of this page for its language links. It is absent where a GET would lose the page's state. */
  readonly currentUrl?: string;
}

export interface PageContent {
  readonly title: string;
  readonly body: Html;
  /** The form has errors, so the title begins with that. */
  readonly invalid?: boolean;
  /** The body has the request id, so the footer needn't repeat it. */
  readonly showsRequestId?: boolean;
  /** A URL that the browser goes to at once. */
  readonly refresh?: string;
  /** A navigation beside the page. */
  readonly menu?: Html;
  /** Style sheets of this page, in addition to those of every page. */
  readonly styles?: readonly AssetName[];
  /** Scripts of this page, in addition to that of every page. */
  readonly scripts?: readonly AssetName[];
  /** Pages to read are wider than forms. */
  readonly wide?: boolean;
}

/** An application as people see it. The application itself claims all of this. */
export interface ClientDisplay {
  readonly name: string;
  readonly host?: string;
  readonly logo?: string;
  /** It registered itself, so even its name may be misleading. */
  readonly unverified?: boolean;
}

export interface AccountDisplay {
  readonly name: string;
  /** A second line that distinguishes accounts: an email address or a user name. */
  readonly detail?: string;
}
