import { InvalidCursor } from '#src/store/errors.ts';

type Field = string | number;

export const writeCursor = (fields: readonly Field[]): string =>
  Buffer.from(JSON.stringify(fields)).toString('base64url');

/** Callers hand cursors back, so anything of another shape is refused. */
export const readCursor = (cursor: string, shape: readonly ('string' | 'number')[]): readonly Field[] => {
  const fields = parse(Buffer.from(cursor, 'base64url').toString());
  if (!Array.isArray(fields) || fields.length !== shape.length) throw new InvalidCursor();
  return fields.map((field: unknown, i) => {
    if (typeof field === 'string' && shape[i] === 'string') return field;
    if (typeof field === 'number' && shape[i] === 'number') return field;
    throw new InvalidCursor();
  });
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw new InvalidCursor();
  }
};
