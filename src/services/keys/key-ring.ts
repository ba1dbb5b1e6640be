import type { Finding } from '#src/store/port.ts';
import type { KeyEntry } from './entry.ts';
import { damaged, encryptedElsewhere, missing, vanished } from './findings.ts';
import { wrongKeyEncryptionKey } from './key-encryption-key.ts';
import { type Decoded, decode } from './record.ts';
import type { SecretCipher } from './secret-cipher.ts';

/** All keys, as last read. */
export interface KeyRing {
  readonly entries: readonly KeyEntry[];
  readonly faults: readonly Finding[];
  /** Those that can't be read included. */
  readonly kids: readonly string[];
  /** Keys were there once, and no record of any is left. */
  readonly gone: boolean;
}

interface Found {
  readonly kid: string;
  readonly body: string | undefined;
}

/** What this process once could read it goes on using, by the stamps that can still be read. */
const recover = (known: KeyEntry | undefined, entry: KeyEntry | undefined): KeyEntry | undefined =>
  known && entry ? { ...known, stamps: entry.stamps } : (known ?? entry);

export const createRingReader = (box: SecretCipher, origin: string) => {
  const lastGood = new Map<string, KeyEntry>();
  let known: KeyRing | undefined;

  const findingsOf = (kid: string, { problem }: Decoded): Finding[] => {
    if (problem === 'damaged') return [damaged(kid)];
    return problem === 'sealed_elsewhere' ? [encryptedElsewhere(kid, origin)] : [];
  };

  return (found: readonly Found[]): KeyRing => {
    const gone = found.every(({ body }) => body === undefined);
    if (gone && known) return { ...known, faults: [vanished], gone };
    const decoded = found.map(({ kid, body }) => ({ kid, body, ...(body ? decode(kid, body, box) : {}) }));
    const good = decoded.filter(({ entry, problem }) => entry && !problem);
    if (good.length === 0 && decoded.some(({ problem }) => problem === 'sealed_elsewhere')) {
      throw wrongKeyEncryptionKey(origin);
    }
    for (const { kid, entry } of good) if (entry) lastGood.set(kid, entry);
    const ring: KeyRing = {
      entries: decoded.flatMap(({ kid, entry }) => recover(lastGood.get(kid), entry) ?? []),
      faults: decoded.flatMap((each) => (each.body ? findingsOf(each.kid, each) : [missing(each.kid)])),
      kids: found.map(({ kid }) => kid),
      gone: gone && found.length > 0,
    };
    if (good.length > 0) known = ring;
    return ring;
  };
};
