/** What a floor server keeps. A token has the content of the code that it replaces. */
export interface FloorStorage {
  /** Consumes one entry and keeps another with the same content, in one round trip. */
  exchange(consumed: string, kept: string, seconds: number): Promise<string | undefined>;
  /** Reads one entry and keeps another, in one round trip. */
  issue(read: string, kept: string, content: string): Promise<string | undefined>;
  get(id: string): Promise<string | undefined>;
  putAll(ids: readonly string[], content: string): Promise<void>;
}

/** Lifetime of codes and of minted entries, in seconds. */
export const shortLifetime = 600;
