/** The source of an effective value. */
export type Source =
  | 'default'
  | { readonly file: string }
  | { readonly env: string }
  | { readonly flag: string };

export interface Problem {
  /** The key, as `listen.port` or `clients.0.client_id`; empty for a whole file. */
  readonly path: string;
  /** One sentence: what was found and what is expected. It never contains the value of a secret. */
  readonly message: string;
  readonly suggestion?: string;
  /** `postern.yaml:4:9`, `POSTERN_LISTEN__PORT`, `--port`. */
  readonly where?: string;
}

const line = ({ path, message, suggestion, where }: Problem): string =>
  [
    path === '' ? '' : `${path}: `,
    message,
    suggestion === undefined ? '' : ` Did you mean ${suggestion}?`,
    where === undefined ? '' : ` (${where})`,
  ].join('');

/** All mistakes of a configuration together. A command that catches it exits with 78. */
export class ConfigurationError extends Error {
  readonly code = 'bad_configuration';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const count = problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`;
    super(`The configuration has ${count}:\n${problems.map((problem) => `  ${line(problem)}`).join('\n')}`);
    this.name = 'ConfigurationError';
    this.problems = problems;
  }
}
