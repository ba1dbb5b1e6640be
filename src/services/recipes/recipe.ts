import type { ClientMetadata, ClientType } from '../clients/client.ts';

/** What an application needs to know about the server and its client. All values are safe to put between quotes. */
export interface RecipeContext {
  /** The address of the application, without a slash at its end. */
  readonly url: string;
  readonly issuer: string;
  readonly endpoints: {
    readonly discovery: string;
    readonly authorization: string;
    readonly token: string;
    readonly userinfo: string;
    readonly introspection: string;
    readonly jwks: string;
    readonly endSession: string;
  };
  readonly clientId: string;
  /** Empty for a public client. */
  readonly clientSecret: string;
  /** The first redirect URI of the client. */
  readonly redirectUri: string;
  /** New random text, for settings such as the key of a cookie. */
  readonly randomText: () => string;
}

export type SnippetFormat = 'apache' | 'env' | 'ini' | 'json' | 'python' | 'ruby' | 'sh' | 'toml' | 'yaml';

/** A part of the configuration of the application, ready to be pasted. */
export interface Snippet {
  /** The file or place that it belongs to. */
  readonly where: string;
  readonly format: SnippetFormat;
  readonly lines: readonly string[];
}

/** A message that people see, word for word, with `…` for what differs each time. */
export interface KnownError {
  readonly message: string;
  readonly cause: string;
  readonly remedy: string;
}

/** A program that was run with the configuration of the recipe, under its name in docs/interop.md. */
interface RunProgram {
  readonly name: string;
  readonly version: string;
}

/** A document that the settings come from. */
export interface Manual {
  readonly title: string;
  readonly url: string;
  readonly version: string;
}

/** How the settings of the application are known. */
export type RecipeSource =
  | { readonly kind: 'run'; readonly programs: readonly RunProgram[] }
  /** Only the library that the application signs people in with was run. */
  | { readonly kind: 'library'; readonly programs: readonly RunProgram[]; readonly manual: Manual }
  | { readonly kind: 'manual'; readonly manual: Manual };

/** What the page of the application in docs/clients says besides its configuration. */
interface RecipeGuide {
  readonly source: RecipeSource;
  /** How the groups of a person become roles in the application. */
  readonly groups: string;
  /** What happens when a person signs out of the application, and what to set for it. */
  readonly signOut: (context: RecipeContext) => string;
  readonly errors: readonly KnownError[];
}

/**
 * How an application is connected: the client that it needs, and its own configuration. `pkce` follows what the
 * application sends with that configuration: `required` where it sends a challenge, `auto` where it sends a nonce, and
 * `exempt` where it can send neither.
 */
export interface Recipe {
  readonly name: string;
  /** Other names of the application. */
  readonly aliases?: readonly string[];
  readonly title: string;
  readonly type: ClientType;
  /** The address to use when none is given. Without it the address has to be given. */
  readonly defaultUrl?: string;
  /** An example of the address. */
  readonly exampleUrl: string;
  metadata(url: string): Omit<ClientMetadata, 'client_id'>;
  snippets(context: RecipeContext): readonly Snippet[];
  /** What the snippets can't say. */
  readonly notes?: readonly string[];
  readonly guide: RecipeGuide;
}
