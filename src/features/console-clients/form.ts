import { Failure } from '../../errors.ts';
import type { Form } from '../../http/pages/form.ts';
import { type ClientMetadata, ClientRefused } from '../../services/clients/index.ts';
import type { ClientField } from '../../views/console/clients/fields.ts';
import type { FieldError } from '../../views/fields.ts';
import type { ClientMessages } from '../../views/languages/console/clients/messages.ts';

type Metadata = Readonly<Record<string, ClientMetadata[string]>>;

const listed: ReadonlySet<ClientField> = new Set([
  'redirect_uris',
  'post_logout_redirect_uris',
  'resources',
  'allowed_groups',
]);

const linesOf = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

const isObject = (value: unknown): value is Metadata =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Members that are not named in the JSON object are removed. */
const readMore = (text: string, former: Metadata): Metadata | undefined => {
  let given: unknown;
  try {
    given = JSON.parse(text.trim() === '' ? '{}' : text);
  } catch {
    return undefined;
  }
  if (!isObject(given)) return undefined;
  const removed = Object.keys(former).filter((name) => !Object.hasOwn(given, name));
  return { ...given, ...Object.fromEntries(removed.map((name) => [name, null])) };
};

interface ReadForm {
  /** What the form sets; null removes a member. */
  readonly metadata: Metadata;
  readonly errors: readonly FieldError[];
}

const metadataOf = (field: ClientField, text: string): ClientMetadata[string] => {
  if (field === 'first_party') return text === 'yes' ? true : null;
  if (!listed.has(field)) return text.trim() === '' ? null : text.trim();
  const lines = linesOf(text);
  return lines.length === 0 ? null : lines;
};

/** `former` is the metadata that has no field of its own. */
export const readForm = (
  form: Form,
  fields: readonly ClientField[],
  { text, former = {} }: { readonly text: ClientMessages['fields']; readonly former?: Metadata },
): ReadForm => {
  const errors: FieldError[] = [];
  if ((form['client_name'] ?? '').trim() === '')
    errors.push({ field: 'client_name', message: text.nameMissing });
  const more = fields.includes('more') ? readMore(form['more'] ?? '', former) : {};
  if (more === undefined) errors.push({ field: 'more', message: text.moreWrong });
  const own = fields
    .filter((field) => field !== 'more')
    .map((field) => [field, metadataOf(field, form[field] ?? '')] as const);
  return { metadata: { ...more, ...Object.fromEntries(own) }, errors };
};

export const withoutNull = (metadata: Metadata): Metadata =>
  Object.fromEntries(Object.entries(metadata).filter(([, value]) => value !== null));

/** The problem of a list begins with the line that has it. */
const messageFor = (
  { field, message }: FieldError,
  form: Form,
  { line }: Pick<ClientMessages['fields'], 'line'>,
): string => {
  const lines = (form[field] ?? '').split('\n').map((one) => one.trim());
  const at = lines.findIndex((one) => one !== '' && message.startsWith(`${one} `));
  return at < 0 ? message : line(at + 1, message);
};

interface Refusal {
  readonly errors: readonly FieldError[];
  /** What belongs to no field of the form. */
  readonly problem?: string;
}

/** Says beside its field why the client was refused. Undefined: the error isn't about what was typed. */
export const refusalOf = (
  error: unknown,
  form: Form,
  { fields, text }: { readonly fields: readonly string[]; readonly text: ClientMessages },
): Refusal | undefined => {
  if (error instanceof ClientRefused) {
    const [shown, others] = [true, false].map((isShown) =>
      error.problems.filter(({ field }) => fields.includes(field) === isShown),
    );
    const inMore = fields.includes('more');
    return {
      errors: [
        ...(shown ?? []).map((problem) => ({
          field: problem.field,
          message: messageFor(problem, form, text.fields),
        })),
        ...(inMore
          ? (others ?? []).map(({ field, message }) => ({ field: 'more', message: `${field}: ${message}` }))
          : []),
      ],
      ...(!inMore &&
        others &&
        others.length > 0 && {
          problem: others.map(({ field, message }) => `${field}: ${message}`).join('; '),
        }),
    };
  }
  if (!(error instanceof Failure)) return undefined;
  if (error.code === 'client_exists') return { errors: [{ field: 'client_id', message: text.new.exists }] };
  return error.code === 'client_reserved'
    ? { errors: [{ field: 'client_id', message: error.message }] }
    : undefined;
};
