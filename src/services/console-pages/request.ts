import type { FastifyRequest } from 'fastify';
import type { Form } from '../../http/pages/form.ts';
import { UploadForm } from '../../http/pages/upload-form.ts';
import type { ConsoleVisit } from './section.ts';

/** What Fastify has read of a request. */
export interface ConsoleRequest {
  Params: Form;
  Querystring: Readonly<Record<string, unknown>>;
  Body: Form | UploadForm | undefined;
}

/** Without the query. */
export const pathOf = ({ url }: FastifyRequest): string => url.split('?', 1)[0] ?? '';

export const readForm = (body: ConsoleRequest['Body']): Pick<ConsoleVisit, 'form' | 'file'> =>
  body instanceof UploadForm ? { form: body.fields, file: body.file } : { form: body ?? {}, file: undefined };

/** The parameters that were sent once. */
export const textsIn = (query: ConsoleRequest['Querystring']): Form =>
  Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : [])),
  );
