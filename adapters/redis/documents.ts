import { RecordDamaged } from '#src/store/errors.ts';
import type { Clock, Document, Key } from '#src/store/port.ts';
import { DamagedText, type DecodedDocument, decode } from './codec.ts';
import type { Connection } from './connection.ts';
import type { Timing } from './driver.ts';
import type { InDoubtCommits } from './in-doubt.ts';
import type { KeyNames } from './key-names.ts';
import { invalidReply } from './replies.ts';

interface Dependencies {
  readonly connection: Connection;
  readonly names: KeyNames;
  readonly clock: Clock;
  readonly inDoubt: InDoubtCommits;
  readonly timing: Timing;
}

/** One text for each key, and null for a missing one. */
const toValues = (reply: unknown, keys: number): (string | null)[] => {
  const values: readonly unknown[] = Array.isArray(reply) ? reply : [];
  const found = values.filter((item) => item === null || typeof item === 'string');
  if (values.length !== keys || found.length !== keys) throw invalidReply();
  return found;
};

export const createDocuments = ({ connection, names, clock, inDoubt, timing }: Dependencies) => {
  const mget = async (fullNames: string[]): Promise<(string | null)[]> =>
    toValues(
      await connection.send('mget', fullNames, { limitMs: timing.operationTimeoutMs }),
      fullNames.length,
    );

  /** On a cluster a family is one slot. */
  const fetchFamilies = async (fullNames: string[]): Promise<(string | null)[]> => {
    const families = new Map<string, number[]>();
    for (const [at, name] of fullNames.entries()) {
      const family = name.slice(0, name.indexOf('}'));
      const positions = families.get(family);
      if (positions) positions.push(at);
      else families.set(family, [at]);
    }
    const texts: (string | null)[] = new Array(fullNames.length).fill(null);
    await Promise.all(
      Array.from(families.values(), async (positions) => {
        const found = await mget(positions.map((at) => fullNames[at] ?? ''));
        for (const [i, at] of positions.entries()) texts[at] = found[i] ?? null;
      }),
    );
    return texts;
  };

  /** One round trip. On a cluster families are read in parallel. */
  const fetch = (fullNames: string[]): Promise<(string | null)[]> =>
    connection.clustered && fullNames.length > 1 ? fetchFamilies(fullNames) : mget(fullNames);

  const decodeNamed = (name: string, text: string, now: number): DecodedDocument | undefined => {
    try {
      return decode(text, now);
    } catch (cause) {
      if (!(cause instanceof DamagedText)) throw cause;
      const { kind } = names.parseMember(names.withoutPrefix(name));
      throw new RecordDamaged(kind, { where: name, cause });
    }
  };

  const read = async (fullNames: string[]): Promise<(DecodedDocument | undefined)[]> => {
    const texts = await fetch(fullNames);
    const now = clock.now();
    const decoded = texts.map((text, i) =>
      text === null ? undefined : decodeNamed(fullNames[i] ?? '', text, now),
    );
    for (const one of decoded) {
      if (one === undefined) continue;
      const { document, writtenBy } = one;
      const { operationTimeoutMs } = timing;
      if (document.consumption)
        await inDoubt.confirmConsumption(document.consumption.nonce, operationTimeoutMs);
      if (writtenBy !== undefined && inDoubt.has(writtenBy))
        await inDoubt.awaitOutcome(writtenBy, operationTimeoutMs);
    }
    return decoded;
  };

  return {
    async read(keys: readonly Key[]): Promise<readonly (Document | undefined)[]> {
      if (keys.length === 0) return [];
      const found = await read(keys.map(names.document));
      return found.map((one) => one?.document);
    },
    /** Reads documents by the members of indexes. */
    readMembers: async (members: readonly string[]): Promise<(DecodedDocument | undefined)[]> =>
      read(members.map((member) => names.documentPrefix + member)),
  };
};

export type Documents = ReturnType<typeof createDocuments>;
