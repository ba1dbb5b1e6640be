import type { FieldError } from './fields.ts';
import type { Messages } from './languages/messages.ts';

export type NewAccountProblem = keyof Messages['createAccount']['problems'];

/** The names of the problems begin with the field. */
const fields = ['login', 'name', 'email', 'password'] as const;

/** The error of the field that a problem is about. */
export const newAccountError = (
  { createAccount: { problems } }: Messages,
  problem: NewAccountProblem,
  minPasswordLength: number,
): FieldError => {
  const message = problems[problem];
  return {
    field: fields.find((name) => problem.startsWith(name)) ?? 'login',
    message: typeof message === 'string' ? message : message(minPasswordLength),
  };
};
