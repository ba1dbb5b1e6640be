import type { createFields, FieldError } from './fields.ts';
import type { Html } from './html.ts';
import type { Messages } from './languages/messages.ts';

export interface ProfileFieldModel {
  /** The name of the input. */
  readonly name: string;
  readonly label: string;
  readonly value: string;
  readonly isRequired: boolean;
  readonly kind: 'text' | 'url' | 'date' | 'select';
  readonly options?: readonly { readonly value: string; readonly label: string }[] | undefined;
  readonly problem?: 'missing' | 'invalid' | undefined;
}

export const profileFieldErrors = (
  { account: { profile } }: Messages,
  fields: readonly ProfileFieldModel[],
): readonly FieldError[] =>
  fields.flatMap(({ name, label, problem }) =>
    problem === undefined ? [] : [{ field: name, message: profile.problems[problem](label) }],
  );

export const renderProfileFields = (
  inputs: ReturnType<typeof createFields>,
  fields: readonly ProfileFieldModel[],
): readonly Html[] =>
  fields.map(({ name, label, value, isRequired: required, kind, options = [] }) =>
    kind === 'select'
      ? inputs.select({ name, label, value, required, options })
      : inputs.text({ name, label, value, required, type: kind }),
  );
