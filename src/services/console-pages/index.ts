/**
 * Owns what all pages of the console below `/admin` have in common: who may see them, the sign-in to them, the CSRF token
 * of their forms, the menu, and the rule for sensitive changes. Features bring the pages (section.ts says how). What an
 * administrator may do, and the record of it, belongs to services/administration.
 *
 *   `admin.enabled` is off          -> 404, as there are no such routes
 *   without a session               -> the sign-in of the account pages, and back
 *   the session is below `admin.required_acr` -> the same, with `acr_values`
 *   a person without a role         -> 403
 *   a role without the permission   -> 403
 *   a page for recent sign-ins, or a change that needs one -> the sign-in with `max_age`, or with `prompt=login` where the
 *                                      account has a factor that this session didn't use
 *
 * With `admin.listen` the pages are at that port, below the issuer's host name: browsers send the session cookie to every
 * port of a host, and to no other host.
 */
export { doneMessageOf, pageSize, pagingOf } from './address.ts';
export { formRoutes } from './form-routes.ts';
export { ownOriginOf } from './own-origin.ts';
export { consolePaths } from './paths.ts';
export { type Problem, problemOf } from './problem.ts';
export { createConsoleScope } from './scope.ts';
export type { ConsoleAnswer, ConsoleHandler, ConsoleRoute, ConsoleSection, ConsoleVisit } from './section.ts';
