import type { Entry, Key } from '../../store/port.ts';

/** An entry as an export file spells it. Files of every release use these names, so they never change. */
export type FileEntry =
  | {
      readonly type: 'document';
      readonly key: Entry['key'];
      readonly document: {
        readonly body: string;
        readonly parts: Readonly<Record<string, string>>;
        readonly claim?: { readonly nonce: string; readonly at: number };
        readonly expiresAt?: number;
      };
    }
  | Extract<Entry, { readonly type: 'index' }>;

export const toFileEntry = (entry: Entry): FileEntry => {
  if (entry.type === 'index') return entry;
  const { fields: parts, consumption: claim, body, ...rest } = entry.document;
  return { ...entry, document: { body, parts, ...(claim && { claim }), ...rest } };
};

export const fromFileEntry = (entry: FileEntry): Entry => {
  if (entry.type === 'index') return entry;
  const { parts: fields, claim: consumption, body, ...rest } = entry.document;
  return { ...entry, document: { body, fields, ...(consumption && { consumption }), ...rest } };
};

type JsonObject = Readonly<Record<string, unknown>>;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === 'string' && !value.includes('\n');

const isKey = (value: unknown): value is Key =>
  isJsonObject(value) && isText(value['kind']) && isText(value['family']) && isText(value['id']);

const isConsumption = (value: unknown): boolean =>
  isJsonObject(value) &&
  typeof value['nonce'] === 'string' &&
  /^\S+$/.test(value['nonce']) &&
  Number.isSafeInteger(value['at']);

const isDocument = (value: unknown): boolean =>
  isJsonObject(value) &&
  isText(value['body']) &&
  isJsonObject(value['parts']) &&
  Object.entries(value['parts']).every(([name, text]) => /^\S+$/.test(name) && isText(text)) &&
  (value['claim'] === undefined || isConsumption(value['claim'])) &&
  (value['expiresAt'] === undefined || Number.isSafeInteger(value['expiresAt']));

const isIndexEntry = (value: unknown): boolean =>
  isJsonObject(value) &&
  isText(value['index']) &&
  isText(value['of']) &&
  typeof value['at'] === 'number' &&
  (value['byText'] === undefined || value['byText'] === true);

/** Checks a parsed line of a file. No store holds texts with line breaks. */
export const isFileEntry = (value: unknown): value is FileEntry =>
  isJsonObject(value) &&
  isKey(value['key']) &&
  (value['type'] === 'document'
    ? isDocument(value['document'])
    : value['type'] === 'index' && isIndexEntry(value['entry']));
