/**
 * Owns links that work once: who may use one, until when, and what its use proves. What a link does, and the page that
 * it opens, belong to the feature that makes it.
 *
 * 1. `draft` makes a link. The feature commits `write` together with the message that carries the link.
 * 2. The token is derived from the link's id and a secret of the server. The store holds the id in the message and a
 *    hash of the token in the link, so a copy of the store opens nothing, and a message that is sent twice carries the
 *    same link.
 * 3. GET shows a page with a form, and `find` changes nothing: mail gateways open every link, by HEAD, by GET and in
 *    browsers that run scripts.
 * 4. POST uses the link up: `useUp` passes the write that consumes it, which the feature commits together with what the
 *    link does. Of parallel requests one succeeds; `submitOnce` sends a repeated form where the first one ended.
 * 5. Operators can list links that were drafted so, and revoke them (listed-links.ts). Revoking uses the link up as
 *    well, so that only one of a use and a revocation at the same time succeeds.
 *
 * To add a purpose: choose a name for `purpose`, and a route with the token as its last part, because request logs and
 * traces show the pattern of a route and never its parameters.
 */
export { createListedLinks, type ListedLink, type ListedLinks } from './listed-links.ts';
export { type LinkMaker, readMaker, writeMaker } from './maker.ts';
export {
  createOneTimeLinks,
  linkGone,
  type OneTimeLink,
  type OneTimeLinks,
} from './one-time-links.ts';
export { submitOnce } from './submit-once.ts';
