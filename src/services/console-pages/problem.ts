import { Failure } from '../../errors.ts';
import type { ConsoleMessages } from '../../views/languages/console/messages.ts';
import { StepUpRequired } from '../administration/index.ts';

export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly status: number;
}

/** What the person can correct on the form, by its status, and by its code where a form names something by its name. */
const onForm = new Set<number | string>([400, 409, 412, 422, 'group_not_found', 'unlocked_too_often']);
const ownStatus = new Set([409, 412, 422, 429]);

/** The sentence for a refusal that belongs on the form, with its status. Anything else is thrown again. */
export const problemOf = (error: unknown, text: ConsoleMessages): Problem => {
  if (!(error instanceof Failure) || error instanceof StepUpRequired) throw error;
  const { code } = error;
  if (!onForm.has(error.status) && !onForm.has(code)) throw error;
  const known: Readonly<Record<string, string>> = text.problems;
  const status = ownStatus.has(error.status) ? error.status : 422;
  return { code, message: known[code] ?? error.publicMessage, status };
};
