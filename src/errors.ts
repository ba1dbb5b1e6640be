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

interface FailureOptions {
  /** Stable, for programs: `client_exists`. */
  readonly code: string;
  /** One public sentence that names the fix. */
  readonly message: string;
  readonly status?: number;
  readonly exit?: ExitCode;
  readonly cause?: unknown;
}

/** A failure that was expected: safe to show, never with a stack. Everything else is a fault of ours. */
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
}
