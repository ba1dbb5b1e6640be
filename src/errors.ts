/** Exit codes of every command; scripts rely on them. */
export const exitCode = {
  ok: 0,
  failure: 1,
  usage: 2,
  notFound: 3,
  conflict: 4,
  unavailable: 5,
  configuration: 78,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** After a 503, a caller may try again this many seconds later: time for a store to come back. */
export const retryAfterSeconds = 2;

interface FailureOptions {
  /** Stable, for programs: `client_exists`. */
  readonly code: string;
  /** One sentence that names the fix. */
  readonly message: string;
  /** The HTTP status. */
  readonly status?: number;
  /** The exit code of a command. */
  readonly exit?: ExitCode;
  readonly cause?: unknown;
}

/**
 * The base of every failure that Postern itself reports to callers and to the operator. It is safe to show and never shown
 * with a stack. Two kinds of expected errors have another base: `OIDCProviderError` for what the engine answers, and
 * `ConfigurationError`, because `config` imports nothing from here. Errors such as `Conflict`, `UpstreamFailure`,
 * `PasskeyRefused`, `LogoutTokenRefused` and `DeliveryFailed` are caught by the code that knows what they mean to a caller.
 * Any other error is a bug of this server: it is logged whole and shown as an internal error.
 */
export class Failure extends Error {
  readonly code: string;
  readonly status: number;
  readonly exit: ExitCode;

  constructor({ code, message, status = 400, exit = exitCode.failure, cause }: FailureOptions) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'Failure';
    this.code = code;
    this.status = status;
    this.exit = exit;
  }

  /** What a caller over HTTP reads. A subclass whose message is for operators only says something else here. */
  get publicMessage(): string {
    return this.message;
  }
}
