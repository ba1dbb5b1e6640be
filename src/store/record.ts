import { NewerRecord, RecordDamaged } from './errors.ts';
import { kindVersions, type RecordKindName } from './record-kinds.ts';

/** The version check of a body that is not a JSON object; the others use `record`. */
export const assertVersion = (kind: RecordKindName, found: unknown): void => {
  const version = kindVersions[kind];
  if (found === version) return;
  throw typeof found === 'number' && found > version ? new NewerRecord(kind) : new RecordDamaged(kind);
};

/** Reads the JSON of a record, and names the record when that fails. */
export const readRecord = <T>(kind: RecordKindName, read: () => T): T => {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof SyntaxError) throw new RecordDamaged(kind, { cause });
    throw cause;
  }
};

export interface RecordFormat<T> {
  encode(value: T): string;
  /** Throws `NewerRecord` for a later version and `RecordDamaged` for a body that no version has written. */
  decode(body: string): T;
  /** `undefined` where `decode` throws, for readers that pass over what they can't read. */
  tryDecode(body: string): T | undefined;
}

/**
 * Encodes the records of one kind as JSON objects whose first member is their version, `v`. A new version of a kind
 * gets its number in `record-kinds.ts`, and `decode` then also has to read the version before it.
 */
export const record = <T extends object>(kind: RecordKindName): RecordFormat<T> => {
  const decode = (body: string): T => {
    const value: unknown = readRecord(kind, () => JSON.parse(body));
    if (typeof value !== 'object' || value === null) throw new RecordDamaged(kind);
    const { v, ...rest }: { readonly v?: unknown } = value;
    assertVersion(kind, v);
    // `encode` wrote it: the version says so.
    return rest as T;
  };
  return {
    encode: (value) => JSON.stringify({ v: kindVersions[kind], ...value }),
    decode,
    tryDecode(body) {
      try {
        return decode(body);
      } catch {
        return undefined;
      }
    },
  };
};
