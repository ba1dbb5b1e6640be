import type { Config } from '#config';
import type { Messages } from '../../views/languages/messages.ts';
import { createMatcher } from './pattern.ts';
import { isValid, kindOf, type ValueKind } from './values.ts';

export interface ProfileField {
  readonly claim: string;
  readonly kind: ValueKind;
  readonly isRequired: boolean;
  labelIn(messages: Messages): string;
  isValid(value: string): boolean;
}

export interface ProfileFields {
  /** What people fill in when they sign up, besides the name and the address. */
  readonly ofSignUp: readonly ProfileField[];
  /** What people may change later. */
  readonly editable: readonly ProfileField[];
  /** What only the operator changes, of the fields of the configuration. */
  readonly fixed: readonly ProfileField[];
}

type FieldConfig = Config['profile']['fields'][number];

const labelOf = (label: FieldConfig['label'], { tag }: Messages, claim: string): string =>
  typeof label === 'string' ? label : (label[tag] ?? label['en'] ?? Object.values(label)[0] ?? claim);

const ofConfig = ({ claim, label, required = false, pattern }: FieldConfig): ProfileField => {
  const kind = kindOf(claim);
  const matches = pattern === undefined ? undefined : createMatcher(pattern);
  return {
    claim,
    kind,
    isRequired: required,
    labelIn: (messages) => labelOf(label, messages, claim),
    isValid: (value) => isValid(kind, value) && (matches?.(value) ?? true),
  };
};

const ofClaim = (claim: Config['profile']['editable'][number]): ProfileField => ({
  claim,
  kind: kindOf(claim),
  isRequired: false,
  labelIn: ({ account: { profile } }) => profile.claims[claim],
  isValid: (value) => isValid(kindOf(claim), value),
});

export const createProfileFields = ({ profile }: Pick<Config, 'profile'>): ProfileFields => {
  const fields = profile.fields.map((field) => ({
    field: ofConfig(field),
    isEditable: field.editable !== false,
  }));
  return {
    ofSignUp: fields.map(({ field }) => field),
    editable: [
      ...profile.editable.map(ofClaim),
      ...fields.filter(({ isEditable }) => isEditable).map(({ field }) => field),
    ],
    fixed: fields.filter(({ isEditable }) => !isEditable).map(({ field }) => field),
  };
};
