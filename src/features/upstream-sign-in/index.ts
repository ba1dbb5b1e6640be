/**
 * Owns signing in by another identity provider: the buttons of the sign-in page and what they lead to, the redirect URI,
 * and what happens to people who come for the first time. What an upstream says, and what an account gets from it,
 * belongs to services/upstreams.
 *
 * GET  /interaction/:uid?with=ID            (prompt `login`) -> 303 to the upstream, with an encrypted cookie
 * GET  /upstream/:id/callback               no such cookie: 400 · too many: 429 · otherwise the code is redeemed, 303 to the step with
 *                                           `arrival=SECRET`, or with `failed=PROBLEM`
 * POST /upstream/:id/callback               a response by form -> 303 to the same by GET
 * GET  /interaction/:uid?arrival=SECRET     (prompt `login`) another browser or sign-in: 400 · otherwise to the engine
 * GET  /interaction/:uid                    (prompt `upstream`) a person with an account -> signed in, to the engine
 *                                           first time: what services/upstreams/first-sign-in.ts decides
 * POST /interaction/:uid                    (prompt `upstream`) `create`: a new account · `link`: to the engine, which asks
 *                                           for a sign-in and then for the prompt `upstream_link` · `back`: to the application
 * GET, POST /interaction/:uid               (prompt `upstream_link`) asks, then links the account that has signed in
 */
import type { interactionPolicy } from 'oidc-provider';
import type { Feature } from '../../feature.ts';
import { addSignInAgainCheck } from '../../services/sign-ins/index.ts';
import { createArrivalStep } from './arrival-step.ts';
import { callbackPages, formResponses } from './callback-pages.ts';
import type { UpstreamSignInDependencies } from './dependencies.ts';
import { addLinkCheck, createLinkStep } from './link-step.ts';
import { createLoginWays, type LoginWays } from './login-ways.ts';
import { addWayCheck, recordUpstreamSession } from './session-record.ts';
import { dropSignedOut } from './signed-out-meanwhile.ts';

export interface UpstreamSignIn {
  /** It comes before the step of the sign-in page in the table of contents. */
  readonly feature: Feature;
  /** It comes after that step: the account that is linked has to sign in first. */
  readonly linking: Feature;
  readonly ways: LoginWays & { addChecks(prompt: interactionPolicy.Prompt): void };
}

export const upstreamSignIn = (dependencies: UpstreamSignInDependencies): UpstreamSignIn => {
  const { config, clock, sessions, upstreamLogouts: logouts } = dependencies;
  return {
    feature: {
      name: 'upstream-sign-in',
      steps: [createArrivalStep(dependencies)],
      pages: callbackPages(dependencies),
      api: formResponses(dependencies),
      provider: {
        settings: { extraParams: { idp_hint: null } },
        routes: [
          recordUpstreamSession({ config, clock, sessions, logouts }),
          dropSignedOut({ logouts, clock }),
        ],
      },
    },
    linking: { name: 'upstream-linking', steps: [createLinkStep(dependencies)] },
    ways: {
      ...createLoginWays(dependencies),
      addChecks(prompt) {
        addLinkCheck(prompt);
        addWayCheck(prompt);
        addSignInAgainCheck(prompt);
      },
    },
  };
};
