import type { FastifyPluginAsync, FastifyRequest, preHandlerAsyncHookHandler } from 'fastify';
import type { AccountFrame } from '../../views/account-layout.ts';
import type { Messages } from '../../views/languages/messages.ts';
import type { Account, Json } from '../accounts/index.ts';
import type { Session } from '../sign-ins/index.ts';

/**
 * What a feature adds to the account pages. To add one:
 *
 * 1. Return `account: { menu, pages }` from the feature's `index.ts`. The menu follows the table of contents.
 * 2. Register routes below `/account/` in a file that `pages` imports. Each of them has a signed-in person,
 *    `account.visitOf(request)`, and each POST has a verified CSRF token. Neither needs a line of code.
 * 3. Put `{ preHandler: account.requireRecentSignIn }` on routes that a stranger at an unlocked browser must not reach:
 *    the form and its POST. A POST that comes too late leads to a sign-in and then to GET of the same path.
 * 4. Write templates with `accountPage` of `views/account-layout.ts` and the frame of the visit, `hidden({ csrf })` in
 *    each form, and answer a POST with a 303.
 * 5. Name what the copy of all data has of the account in `exports`, without secrets. What is kept of an account in other
 *    records is removed in services/account-removal.
 */
export interface AccountSection {
  readonly menu?: AccountMenuEntry;
  /** Imports the file of the pages, which is loaded with the first request to an account page. */
  pages?(account: AccountPages): Promise<FastifyPluginAsync>;
  /** The parts of the copy of the data, by their names there. */
  readonly exports?: Readonly<Record<string, (account: Account) => Promise<Json>>>;
}

interface AccountMenuEntry {
  readonly path: string;
  readonly label: (messages: Messages) => string;
  /** What the page is for. The overview says it of a page that has no state to show. */
  readonly purpose?: (messages: Messages) => string;
  /** Asked for each page. Without it the entry is always there. */
  readonly isShown?: () => boolean;
}

export interface AccountPages {
  /** The person who is signed in and the page. Throws outside of the scope of the account pages. */
  visitOf(request: FastifyRequest): AccountVisit;
  /** Route middleware: the person signed in within five minutes, as strongly as the account's factors require. */
  readonly requireRecentSignIn: preHandlerAsyncHookHandler;
  /** What all sections export of an account. */
  exportAll(account: Account): Promise<Readonly<Record<string, Json>>>;
}

export interface AccountVisit {
  readonly account: Account;
  readonly session: Session;
  readonly frame: AccountFrame;
  /** The value of a hidden field named `csrf` in each form. */
  readonly csrf: string;
}

/** How strong a sign-in has to be for sensitive actions of an account. */
export interface RequiredStrength {
  isReachedBy(signIn: { readonly amr: readonly string[]; readonly acr?: string }): boolean;
  /** Parameters of the authorization request that asks for such a sign-in, such as `acr_values`. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Called for each sensitive request, with the account as it is now. */
export type StrengthOf = (account: Account) => Promise<RequiredStrength>;
