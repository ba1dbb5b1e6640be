/**
 * The types of an extension: a module of the operator whose default export is an `Extension`, listed under `extensions`
 * in the configuration. There is nothing to import at run time, so the module loads from any folder.
 *
 * An extension is trusted code: it runs inside the server.
 */
type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

/** What the claims are for. Everything in it is frozen, and it has no token and no secret. */
export interface ClaimsContext {
  /** An ID token, an answer of `/userinfo`, or an access token for an API. */
  readonly use: 'id_token' | 'userinfo' | 'access_token';
  readonly account: {
    /** The subject. For clients with pairwise subjects, tokens have another one. */
    readonly sub: string;
    /** Names of groups, sorted. */
    readonly groups: readonly string[];
    /** All claims of the account, `preferred_username` among them. */
    readonly claims: Readonly<Record<string, Json>>;
  };
  readonly client: { readonly id: string; readonly name?: string };
  readonly scopes: readonly string[];
  /** The API of an access token. */
  readonly audience?: string;
}

/** Something that happened, after it was committed: `token.issued`, `sign-in.failed` … */
export interface ExtensionEvent {
  readonly type: string;
  readonly outcome: 'ok' | 'refused' | 'failed';
  readonly reason?: string;
  readonly client?: string;
  readonly account?: string;
  readonly address?: string;
  /** The id of the request, as in the log. */
  readonly correlation?: string;
  readonly details?: Readonly<Record<string, string | number | boolean>>;
}

type ExtensionClaims = Readonly<Record<string, Json | undefined>>;

export interface Extension {
  /**
   * Returns claims to add, or nothing. The request is refused when this throws or rejects, or when its promise isn't
   * settled after 250 ms.
   */
  claims?(context: ClaimsContext): ExtensionClaims | undefined | Promise<ExtensionClaims | undefined>;
  /** No request waits for it. An error in it is logged. */
  onEvent?(event: ExtensionEvent): void | Promise<void>;
}
