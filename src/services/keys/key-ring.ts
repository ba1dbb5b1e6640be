import type { Finding } from '../../store/port.ts';
import type { KeyEntry } from './entry.ts';
import { damaged, encryptedElsewhere, missing, vanished } from './findings.ts';
import { wrongKeyEncryptionKey } from './key-encryption-key.ts';
import { type Decoded, decode } from './record.ts';
import type { SecretCipher } from './secret-cipher.ts';

/** All keys, as last read from the store. */
export interface KeyRing {
  readonly entries: readonly KeyEntry[];
  readonly faults: readonly Finding[];
  /** The ids of all keys, also of those that can't be read. */
  readonly kids: readonly string[];
  /** The store names keys, but holds no record of any. */
  readonly vanished: boolean;
}

interface StoredKey {
  readonly kid: string;
  readonly body: string | undefined;
}

type DecodedKey = StoredKey & Decoded;

/** A key that this process could read before stays in use, with the stamps that can still be read. */
const recover = (known: KeyEntry | undefined, entry: KeyEntry | undefined): KeyEntry | undefined =>
  known && entry ? { ...known, stamps: entry.stamps } : (known ?? entry);

export const createRingReader = (cipher: SecretCipher, origin: string) => {
  const lastGood = new Map<string, KeyEntry>();
  let known: KeyRing | undefined;
  let lastRead: readonly DecodedKey[] = [];
  let lastRing: KeyRing | undefined;

  /** Importing the keys takes milliseconds, and most polls find the records of the last one. */
  const decodeChanged = ({ kid, body }: StoredKey): DecodedKey => {
    if (!body) return { kid, body };
    const last = lastRead.find((each) => each.kid === kid && each.body === body);
    return last ?? { kid, body, ...decode(kid, body, cipher) };
  };

  const findingsOf = (kid: string, { problem }: Decoded): Finding[] => {
    if (problem === 'damaged') return [damaged(kid)];
    return problem === 'wrong_key' ? [encryptedElsewhere(kid, origin)] : [];
  };

  /** Returns the same ring for the same records. */
  return (found: readonly StoredKey[]): KeyRing => {
    const allMissing = found.every(({ body }) => body === undefined);
    if (allMissing && known) return { ...known, faults: [vanished], vanished: true };
    const decoded = found.map(decodeChanged);
    const isSame = decoded.length === lastRead.length && decoded.every((each, at) => each === lastRead[at]);
    if (lastRing && isSame) return lastRing;
    lastRead = decoded;
    const good = decoded.filter(({ entry, problem }) => entry && !problem);
    if (good.length === 0 && decoded.some(({ problem }) => problem === 'wrong_key')) {
      throw wrongKeyEncryptionKey(origin);
    }
    for (const { kid, entry } of good) if (entry) lastGood.set(kid, entry);
    const ring: KeyRing = {
      entries: decoded.flatMap(({ kid, entry }) => recover(lastGood.get(kid), entry) ?? []),
      faults: decoded.flatMap((each) => (each.body ? findingsOf(each.kid, each) : [missing(each.kid)])),
      kids: found.map(({ kid }) => kid),
      vanished: allMissing && found.length > 0,
    };
    if (good.length > 0) known = ring;
    lastRing = ring;
    return ring;
  };
};
