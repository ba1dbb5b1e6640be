/** A record of a CSV file, with the number of its first line. `broken`: a quotation mark is where none may be. */
export interface CsvRecord {
  readonly line: number;
  readonly fields: readonly string[];
  readonly broken?: true;
}

const maxRecordLength = 256 * 1024;

/**
 * Splits lines into records (RFC 4180). A field in quotation marks may contain commas, line breaks and doubled quotation
 * marks. After a broken record the next line begins a new one.
 */
export async function* csvRecords(lines: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  let pending = '';
  let start = 0;
  let line = 0;
  for await (const text of lines) {
    line += 1;
    if (pending === '') start = line;
    const record = pending === '' ? text : `${pending}\n${text}`;
    if (record.trim() === '') continue;
    const fields = splitRecord(record);
    if (fields === 'unfinished' && record.length <= maxRecordLength) {
      pending = record;
      continue;
    }
    pending = '';
    yield Array.isArray(fields) ? { line: start, fields } : { line: start, fields: [], broken: true };
  }
  if (pending !== '') yield { line: start, fields: [], broken: true };
}

/** One field up to the comma or the end: in quotation marks, or without any. */
const field = /(?:"((?:[^"]|"")*)"|([^",]*))(,|$)/y;

const splitRecord = (record: string): readonly string[] | 'unfinished' | 'broken' => {
  const fields: string[] = [];
  let at = 0;
  for (;;) {
    field.lastIndex = at;
    const match = field.exec(record);
    // An odd number of quotation marks: the field may go on in the next line.
    if (!match) return (record.match(/"/g)?.length ?? 0) % 2 === 1 ? 'unfinished' : 'broken';
    const [, quoted, plain = '', end] = match;
    fields.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === '') return fields;
    at = field.lastIndex;
  }
};
