import type { UpstreamIdentity } from './identity.ts';

/** What an application asks for, as far as an upstream understands it. */
export interface SignInRequest {
  readonly loginHint?: string;
  /** In the words of this server. */
  readonly acrValues?: readonly string[];
  /** In seconds. The upstream has to say when the person signed in there. */
  readonly maxAge?: number;
  /**
   * This server asks for its own pages or its administration API: an upstream that never says when the person signed in is
   * asked to let them sign in again, and believed. For another application that would be a `max_age` that no one has
   * confirmed.
   */
  readonly isOwn?: boolean;
  /** With `login` the person has to sign in there again, whatever session they have. */
  readonly prompt?: 'login' | 'select_account' | 'login select_account';
  readonly uiLocales?: string;
}

/** What the response of the upstream is compared with. It stays between this server and one browser. */
export interface ResponseChecks {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  readonly maxAge?: number;
  /** The person has to sign in there after this time, in seconds since the epoch. */
  readonly notBefore?: number;
  /** The upstream never says when the person signed in, and was asked to let them sign in again. */
  readonly isAskedAgain?: true;
}

/** One way to speak to an upstream. Both methods throw an `UpstreamFailure`. */
export interface UpstreamProtocol {
  /** Where the browser goes. */
  begin(request: SignInRequest): Promise<{ readonly url: string; readonly checks: ResponseChecks }>;
  /** `response` is the redirect URI with the parameters of the upstream. */
  finish(response: URL, checks: ResponseChecks): Promise<UpstreamIdentity>;
}
