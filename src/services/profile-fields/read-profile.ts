import type { Form } from '../../http/pages/form.ts';
import { languages } from '../../views/languages/index.ts';
import type { Messages } from '../../views/languages/messages.ts';
import type { ProfileFieldModel } from '../../views/profile-fields.ts';
import type { Claims } from '../accounts/index.ts';
import type { ProfileField } from './profile-fields.ts';
import { timeZones } from './values.ts';

type Problem = NonNullable<ProfileFieldModel['problem']>;

export interface ReadProfile {
  /** What the person typed, by the claim. */
  readonly values: Readonly<Record<string, string>>;
  /** The changes: an empty field removes its claim. */
  readonly claims: Claims;
  readonly problems: Readonly<Record<string, Problem>>;
}

const maxLength = 255;
const inputName = (claim: string): string => `claim-${claim}`;

const problemOf = ({ isRequired, isValid }: ProfileField, value: string): Problem | undefined => {
  if (value === '') return isRequired ? 'missing' : undefined;
  return value.length > maxLength || !isValid(value) ? 'invalid' : undefined;
};

/** Reads these fields of a form, and no others: a claim that isn't among them can't be set. */
export const readProfile = (fields: readonly ProfileField[], form: Form): ReadProfile => {
  const values: Record<string, string> = {};
  const claims: Record<string, string | null> = {};
  const problems: Record<string, Problem> = {};
  for (const field of fields) {
    const { claim } = field;
    const value = (form[inputName(claim)] ?? '').trim().slice(0, maxLength + 1);
    values[claim] = value;
    claims[claim] = value === '' ? null : value;
    const problem = problemOf(field, value);
    if (problem !== undefined) problems[claim] = problem;
  }
  return { values, claims, problems };
};

const optionsOf = ({ kind, isRequired }: ProfileField, value: string): ProfileFieldModel['options'] => {
  if (kind !== 'zone' && kind !== 'language') return undefined;
  const known =
    kind === 'zone'
      ? timeZones().map((zone) => ({ value: zone, label: zone.replaceAll('_', ' ') }))
      : languages.map(({ tag, name }) => ({ value: tag, label: name }));
  const isKnown = value === '' || known.some((option) => option.value === value);
  return [
    ...(isRequired && value !== '' ? [] : [{ value: '', label: '–' }]),
    ...(isKnown ? [] : [{ value, label: value }]),
    ...known,
  ];
};

/** The fields as pages show them. */
export const toFieldModels = (
  fields: readonly ProfileField[],
  { values, problems = {} }: Pick<ReadProfile, 'values'> & Partial<Pick<ReadProfile, 'problems'>>,
  messages: Messages,
): readonly ProfileFieldModel[] =>
  fields.map((field) => {
    const { claim, kind, isRequired } = field;
    const value = values[claim] ?? '';
    const options = optionsOf(field, value);
    return {
      name: inputName(claim),
      label: field.labelIn(messages),
      value,
      isRequired,
      kind: options
        ? 'select'
        : kind === 'image' || kind === 'url'
          ? 'url'
          : kind === 'date'
            ? 'date'
            : 'text',
      ...(options && { options }),
      ...(Object.hasOwn(problems, claim) && { problem: problems[claim] }),
    };
  });
