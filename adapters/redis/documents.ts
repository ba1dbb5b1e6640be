import type { Clock, Document, Key } from '#src/store/port.ts';
import { type DecodedDocument, decode } from './codec.ts';
import type { Connection } from './connection.ts';
import type { Timing } from './driver.ts';
import type { InDoubtCommits } from './in-doubt.ts';
import type { KeyNames } from './key-names.ts';

interface Dependencies {
  readonly connection: Connection;
  readonly names: KeyNames;
  readonly clock: Clock;
  readonly inDoubt: InDoubtCommits;
  readonly timing: Timing;
}

/** What replies hold is typed unknown by the driver. */
export const toTexts = (reply: unknown): (string | null)[] => {
  if (!Array.isArray(reply)) throw new TypeError('Redis gave an answer that is no list');
  return reply.map((item: unknown) => (item === null ? null : String(item)));
};

export const createDocuments = ({ connection, names, clock, inDoubt, timing }: Dependencies) => {
  const mget = async (fullNames: string[]): Promise<(string | null)[]> =>
    toTexts(await connection.send('mget', fullNames, { limitMs: timing.operationTimeoutMs }));

  /** One trip; on a cluster a family is one slot, and each is asked for side by side. */
  const fetch = async (fullNames: string[]): Promise<(string | null)[]> => {
    if (!connection.clustered || fullNames.length === 1) return mget(fullNames);
    const families = new Map<string, number[]>();
    for (const [at, name] of fullNames.entries()) {
      const family = name.slice(0, name.indexOf('}'));
      const places = families.get(family);
      if (places) places.push(at);
      else families.set(family, [at]);
    }
    const texts: (string | null)[] = new Array(fullNames.length).fill(null);
    await Promise.all(
      Array.from(families.values(), async (places) => {
        const found = await mget(places.map((at) => fullNames[at] ?? ''));
        for (const [i, at] of places.entries()) texts[at] = found[i] ?? null;
      }),
    );
    return texts;
  };

  const decodeAll = async (texts: readonly (string | null)[]): Promise<(DecodedDocument | undefined)[]> => {
    const now = clock.now();
    const read = texts.map((text) => (text === null ? undefined : decode(text, now)));
    for (const one of read) {
      if (one === undefined) continue;
      const { document, writtenBy } = one;
      const { operationTimeoutMs } = timing;
      if (document.consumption)
        await inDoubt.confirmConsumption(document.consumption.nonce, operationTimeoutMs);
      if (writtenBy !== undefined && inDoubt.has(writtenBy))
        await inDoubt.awaitOutcome(writtenBy, operationTimeoutMs);
    }
    return read;
  };

  return {
    async read(keys: readonly Key[]): Promise<readonly (Document | undefined)[]> {
      const read = await decodeAll(await fetch(keys.map(names.document)));
      return read.map((one) => one?.document);
    },
    /** By the names that indexes hold. */
    readMembers: async (members: readonly string[]): Promise<(DecodedDocument | undefined)[]> =>
      decodeAll(await fetch(members.map((member) => names.documentPrefix + member))),
  };
};

export type Documents = ReturnType<typeof createDocuments>;
