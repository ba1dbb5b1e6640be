import type { Entry } from '#src/store/port.ts';

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
