import type { Form } from '../../http/pages/form.ts';
import type { ConsoleFrame } from '../../views/console/frame.ts';
import type { ConsoleMessages } from '../../views/languages/console/messages.ts';
import type { Administrator, Permission } from '../administration/index.ts';

/**
 * What a feature adds to the console. To add a page:
 *
 * 1. Write a file that exports a function from its dependencies to a `ConsoleHandler`. It reads from the services, and
 *    changes things by services/administration only, so that the console allows and records what the API does.
 *    `formRoutes` gives one handler both methods of a form, and `problemOf` has the sentence for a refusal.
 * 2. Name it in `console: { menu, routes }` of the feature: method, path, permission, and how to load the file. The file,
 *    its template and its texts are loaded with the first request. The menu follows the table of contents.
 * 3. Write the template in `views/console/` with `consolePage` and the frame of the visit, its texts in each file of
 *    `views/languages/console/`, and `hidden({ csrf })` in each form.
 * 4. Answer a POST with `{ to }`, or with the page and 422. Each POST has a GET at the same path: a form that comes too
 *    late leads to a sign-in and then there. A form that changes a record carries its `version`.
 *    A POST that needs a fresh sign-in comes back as a GET: the form shows `visit.form` where `isKept` is set.
 * 5. Add a line to the table of test/console/authorization.test.ts.
 */
export interface ConsoleSection {
  readonly menu?: ConsoleMenuEntry;
  readonly routes: readonly ConsoleRoute[];
}

export interface ConsoleMenuEntry {
  readonly path: string;
  /** The entry is hidden from administrators without it. */
  readonly permission: Permission;
  readonly label: (messages: ConsoleMessages) => string;
}

export interface ConsoleRoute {
  readonly method: 'GET' | 'POST';
  /** The whole path; parameters as `:id`. */
  readonly path: string;
  /** Checked before the page is loaded. Changes are checked again by services/administration. */
  readonly permission: Permission;
  /** Keys, secrets and roles: the person signed in within 15 minutes, as strongly as the account's factors require. */
  readonly needsRecentSignIn?: true;
  /** The form has a file. Only who has the permission may send more than a form without one. */
  readonly takesFile?: true;
  readonly load: () => Promise<ConsoleHandler>;
}

export type ConsoleHandler = (visit: ConsoleVisit) => ConsoleAnswer | Promise<ConsoleAnswer>;

/** One request of an administrator. A POST has a verified CSRF token. */
export interface ConsoleVisit {
  readonly method: 'GET' | 'POST';
  readonly by: Administrator;
  readonly frame: ConsoleFrame;
  /** The value of a hidden field named `csrf` in each form. */
  readonly csrf: string;
  readonly params: Form;
  /** A parameter that was sent twice is not in it. */
  readonly query: Form;
  /**
   * Empty in a GET. After a sign-in that a POST needed, the GET of the form has what was typed, apart from secrets:
   * `isKept` is set, and the form shows it.
   */
  readonly form: Form;
  readonly isKept: boolean;
  /** The file of a route with `takesFile`, if one was chosen. */
  readonly file: Buffer | undefined;
  /**
   * The same as `needsRecentSignIn`, for pages that need it for some records only. It throws, and the frame leads to
   * the sign-in.
   */
  requireRecentSignIn(): void;
  /** Whether a form that is shown now can be sent where that is required. */
  readonly hasRecentSignIn: boolean;
}

export type ConsoleAnswer =
  | { readonly page: string; readonly status?: number }
  /** 303 to a path of the console. */
  | { readonly to: string }
  /** A file to save. */
  | { readonly file: string; readonly type: string; readonly name: string };
