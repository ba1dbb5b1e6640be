import { Failure } from '../../errors.ts';
import type { Form } from './form.ts';

/** A form with a file. Its fields follow the rules of every form: flat, without a prototype, each once. */
export class UploadForm {
  readonly fields: Form;
  /** Undefined when no file was chosen. */
  readonly file: Buffer | undefined;

  constructor(fields: Form, file: Buffer | undefined) {
    this.fields = fields;
    this.file = file;
  }
}

const malformed = (message: string): Failure => new Failure({ code: 'invalid_request', message });

/** Node's own parser of forms (WHATWG Fetch, RFC 7578). It is loaded when the first file comes. */
const parse = async (contentType: string, body: Buffer): Promise<FormData> => {
  try {
    return await new Response(new Uint8Array(body), { headers: { 'content-type': contentType } }).formData();
  } catch {
    throw malformed('the form can’t be read as multipart/form-data');
  }
};

/** Reads a form that was sent as `multipart/form-data`. The whole body is in memory, so the route bounds its size. */
export const parseUploadForm = async (contentType: string, body: Buffer): Promise<UploadForm> => {
  const fields: Record<string, string> = Object.create(null);
  let file: File | undefined;
  for (const [name, value] of await parse(contentType, body)) {
    if (typeof value === 'string') {
      if (name in fields) throw malformed(`the field ${JSON.stringify(name.slice(0, 40))} was sent twice`);
      fields[name] = value;
    } else {
      if (file !== undefined) throw malformed('more than one file was sent');
      file = value;
    }
  }
  return new UploadForm(
    fields,
    file === undefined || file.size === 0 ? undefined : Buffer.from(await file.arrayBuffer()),
  );
};
