import { Failure } from '../../errors.ts';

export type Form = Readonly<Record<string, string>>;

/** The result is flat and has no prototype, and each field occurs once: no input can become an object or a list. */
export const parseForm = (text: string): Form => {
  const form: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(text)) {
    if (name in form) {
      throw new Failure({
        code: 'invalid_request',
        message: `the field ${JSON.stringify(name.slice(0, 40))} was sent twice`,
      });
    }
    form[name] = value;
  }
  return form;
};
