import type { Clock, Document, Key } from '#src/store/port.ts';
import type { Timing } from './driver.ts';
import type { Names } from './keys.ts';
import type { Link } from './link.ts';
import { decode, type Read } from './text.ts';
import type { Undecided } from './undecided.ts';

interface Parts {
  readonly link: Link;
  readonly names: Names;
  readonly clock: Clock;
  readonly undecided: Undecided;
  readonly timing: Timing;
}

/** What replies hold is typed unknown by the driver. */
export const textsOf = (reply: unknown): (string | null)[] => {
  if (!Array.isArray(reply)) throw new TypeError('Redis gave an answer that is no list');
  return reply.map((item: unknown) => (item === null ? null : String(item)));
};

export const createDocuments = ({ link, names, clock, undecided, timing }: Parts) => {
  const mget = async (fullNames: string[]): Promise<(string | null)[]> =>
    textsOf(await link.ask('mget', fullNames, { limitMs: timing.operationTimeoutMs }));

  /** One trip; on a cluster a family is one slot, and each is asked for side by side. */
  const fetch = async (fullNames: string[]): Promise<(string | null)[]> => {
    if (!link.clustered || fullNames.length === 1) return mget(fullNames);
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

  const opened = async (texts: readonly (string | null)[]): Promise<(Read | undefined)[]> => {
    const now = clock.now();
    const read = texts.map((text) => (text === null ? undefined : decode(text, now)));
    for (const one of read) {
      if (one === undefined) continue;
      const { document, madeBy } = one;
      const { operationTimeoutMs } = timing;
      if (document.claim) await undecided.claimStands(document.claim.nonce, operationTimeoutMs);
      if (madeBy !== undefined && undecided.touches(madeBy))
        await undecided.known(madeBy, operationTimeoutMs);
    }
    return read;
  };

  return {
    async read(keys: readonly Key[]): Promise<readonly (Document | undefined)[]> {
      const read = await opened(await fetch(keys.map(names.document)));
      return read.map((one) => one?.document);
    },
    /** By the names that indexes hold. */
    readMembers: async (members: readonly string[]): Promise<(Read | undefined)[]> =>
      opened(await fetch(members.map((member) => names.documents + member))),
  };
};

export type Documents = ReturnType<typeof createDocuments>;
