import { exitCode, Failure } from '../../errors.ts';

/** One rule that a client doesn't meet: which property, and what to do about it. */
export interface Problem {
  readonly field: string;
  readonly message: string;
}

export class ClientRefused extends Failure {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super({
      code: 'client_refused',
      message: problems.map(({ field, message }) => `${field}: ${message}`).join('; '),
      status: 422,
      exit: exitCode.usage,
    });
    this.name = 'ClientRefused';
    this.problems = problems;
  }
}
