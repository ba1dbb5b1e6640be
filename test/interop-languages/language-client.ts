import type { Browser, Page } from '../support/setup/index.ts';

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
  /** The file with the certificate of an issuer with https. */
  readonly certificateFile?: string;
  readonly id: string;
  /** Empty for a public client. */
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
  /** Ends what the application needed, after it has ended. */
  readonly release?: () => Promise<void>;
}

/** A person in front of a running application. */
export interface Visit {
  readonly context: ApplicationContext;
  readonly browser: Browser;
  /** What the application has printed until now. */
  output(): string;
  /** Follows the pages from here as the person would, to the end of the sign-in. */
  follow(start: string | Page): Promise<Page>;
}

/** A client in another language, as it comes from the registry of that language. */
export interface LanguageClient {
  readonly name: string;
  /** Exact versions, so that a run can be repeated. */
  readonly version: string;
  /** The type of the client that a bare `client add` makes. Default: web. */
  readonly type?: 'native';
  /** It accepts issuers with https only. */
  readonly https?: true;
  /** The programs that it needs. */
  readonly needs: readonly string[];
  /** The recipe of the second column, if the client has one. */
  readonly recipe?: string;
  /** The path of the address that the recipe gets, if it isn't the root. */
  readonly path?: string;
  /** A path that answers with 200 when the application is ready, if any answer of another path isn't enough. */
  readonly health?: string;
  /** The path of its redirect URI. */
  readonly callback: string;
  /**
   * The path where a sign-in begins; it ends at a page that shows the person. Or what the person does, when that is more;
   * it returns the text that shows the person.
   */
  readonly start: string | ((visit: Visit) => Promise<string>);
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

/** The environment of an application with a library: what the recipe printed, or the same from a bare `client add`. */
export const libraryEnvironment = (
  { snippets, issuer, id, secret, port, url }: ApplicationContext,
  callback: string,
): Readonly<Record<string, string>> => {
  const printed = snippets?.find(({ format }) => format === 'env')?.text.split('\n');
  const own = [
    `OIDC_ISSUER=${issuer}`,
    `OIDC_CLIENT_ID=${id}`,
    `OIDC_CLIENT_SECRET=${secret}`,
    `OIDC_REDIRECT_URI=${url}${callback}`,
  ];
  const pairs = (printed ?? own).map((line) => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return { ...Object.fromEntries(pairs), PORT: String(port) };
};
