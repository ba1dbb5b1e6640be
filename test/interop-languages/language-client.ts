/** A part of the configuration that a recipe printed. */
export interface PrintedSnippet {
  readonly where: string;
  readonly format: string;
  readonly text: string;
}

/** What an application gets to know when it starts. */
export interface ApplicationContext {
  /** Where it was installed. */
  readonly installed: string;
  /** A new folder of this run. */
  readonly folder: string;
  readonly issuer: string;
  readonly id: string;
  readonly secret: string;
  readonly port: number;
  readonly url: string;
  /** What the recipe printed. Without it the application uses its own defaults. */
  readonly snippets?: readonly PrintedSnippet[];
}

interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** A client in another language, as it comes from the registry of that language. */
export interface LanguageClient {
  readonly name: string;
  /** Exact versions, so that a run can be repeated. */
  readonly version: string;
  /** The programs that it needs. */
  readonly needs: readonly string[];
  /** The recipe of the second column, if the client has one. */
  readonly recipe?: string;
  /** The path of the address that the recipe gets, if it isn't the root. */
  readonly path?: string;
  /** The path of its redirect URI. */
  readonly callback: string;
  /** The path where a sign-in begins. It ends at a page that shows the person. */
  readonly start: string;
  /** Another path that shows the person after the sign-in. */
  readonly shows?: string;
  /** What of the person it reads. */
  readonly reads: readonly RegExp[];
  install(folder: string): Promise<void>;
  launch(context: ApplicationContext): Promise<Launch>;
}

export const email = /ada@example\.com/;
export const fullName = /Ada Lovelace/;
export const userName = /"ada"/;
