import type { JsonWebKey } from 'node:crypto';
import { exitCode, Failure } from '../../errors.ts';
import { Conflict } from '../../store/errors.ts';
import type { Key, Store, Write } from '../../store/port.ts';
import { record } from '../../store/record.ts';
import { kinds } from '../../store/record-kinds.ts';
import { headDamaged } from './findings.ts';
import { createRingReader, type KeyRing } from './key-ring.ts';
import { decryptPrivateJwk, encode, type KeyDraft, replaceStamps, tryReadStamps } from './record.ts';
import type { SecretCipher } from './secret-cipher.ts';
import type { Stamps } from './stages.ts';

export interface Change {
  readonly add: readonly KeyDraft[];
  readonly restamp: ReadonlyMap<string, Stamps>;
  readonly remove: readonly string[];
}

type Plan = (ring: KeyRing) => Promise<Change | undefined> | Change | undefined;

const family = 'keys';
const headKey: Key = { kind: kinds.keyRing, family, id: '' };
const recordKey = (kid: string): Key => ({ kind: kinds.key, family, id: kid });
const index = { index: 'keys', of: 'all' } as const;
const ringFormat = record<{ readonly at: string; readonly kids: readonly string[] }>('keyRing');
export const keysTopic = 'keys';

const kidsIn = (head: string): readonly string[] | undefined => {
  try {
    const value: unknown = JSON.parse(head);
    const kids = value instanceof Object && 'kids' in value ? value.kids : undefined;
    return Array.isArray(kids) && kids.every((kid) => typeof kid === 'string') ? kids : undefined;
  } catch {
    return undefined;
  }
};

const readRecords = async (store: Store) => {
  const [head] = await store.read([headKey]);
  const named = head && kidsIn(head.body);
  // Without a head there may still be keys. New ones would end every token and change every pairwise subject.
  const kids =
    named ?? (await store.list(index.index, index.of, { limit: 1000 })).items.map(({ key }) => key.id);
  const documents = kids.length > 0 ? await store.read(kids.map(recordKey)) : [];
  const found = kids.map((kid, at) => ({ kid, body: documents[at]?.body }));
  return { head: head?.body, found, damagedHead: named === undefined && (kids.length > 0 || !!head) };
};

type Records = Awaited<ReturnType<typeof readRecords>>;

/** The stamps of all keys of a store, without decrypting anything. Damaged records are left out. */
export const readStamps = async (store: Store): Promise<ReadonlyMap<string, Stamps>> => {
  const { found } = await readRecords(store);
  return new Map(
    found.flatMap(({ kid, body }) => {
      const stamps = body === undefined ? undefined : tryReadStamps(kid, body);
      return stamps ? [[kid, stamps] as const] : [];
    }),
  );
};

/**
 * Each key has a record, and a head names them all. Every change replaces the head that it was planned on in the same
 * commit. So when several processes plan the same change, one wins and the others plan again.
 */
export const createRingStore = (store: Store, cipher: SecretCipher, origin: string) => {
  const read = createRingReader(cipher, origin);

  const ringOf = ({ found, damagedHead }: Records): KeyRing => {
    const ring = read(found);
    return damagedHead ? { ...ring, faults: [headDamaged, ...ring.faults] } : ring;
  };

  const writesOf = (change: Change, { head, found }: Records): Write[] => {
    const kept = found.map(({ kid }) => kid).filter((kid) => !change.remove.includes(kid));
    const kids = [...kept, ...change.add.map(({ kid }) => kid)];
    const body = ringFormat.encode({ at: crypto.randomUUID(), kids });
    const bodies = new Map(found.map(({ kid, body }) => [kid, body]));
    return [
      head === undefined
        ? { op: 'insert', key: headKey, body }
        : { op: 'replace', key: headKey, body, expected: head },
      ...change.add.map(
        (draft): Write => ({
          op: 'insert',
          key: recordKey(draft.kid),
          body: encode(draft, cipher),
          index: [{ ...index, at: draft.stamps.created }],
        }),
      ),
      ...[...change.restamp].flatMap(([kid, stamps]): Write[] => {
        const expected = bodies.get(kid);
        if (!expected) return [];
        return [{ op: 'replace', key: recordKey(kid), expected, body: replaceStamps(expected, stamps) }];
      }),
      ...change.remove.map((kid): Write => ({ op: 'remove', key: recordKey(kid) })),
    ];
  };

  const load = async (): Promise<KeyRing> => ringOf(await readRecords(store));

  return {
    load,
    /** Runs the plan again whenever another process changed the keys in between. A plan of `undefined` changes nothing. */
    async change(plan: Plan): Promise<{ readonly ring: KeyRing; readonly made: Change | undefined }> {
      for (let attempt = 0; attempt < 8; attempt += 1) {
        const seen = await readRecords(store);
        const ring = ringOf(seen);
        const change = await plan(ring);
        if (!change) return { ring, made: undefined };
        try {
          await store.commit(writesOf(change, seen));
        } catch (error) {
          if (error instanceof Conflict) continue;
          throw error;
        }
        await store.publish(keysTopic, 'changed').catch(() => {});
        return { ring: await load(), made: change };
      }
      throw new Failure({
        code: 'keys_busy',
        status: 409,
        exit: exitCode.conflict,
        message: 'Other processes keep changing the keys: try again.',
      });
    },
    async exportPrivate(kid: string): Promise<JsonWebKey | undefined> {
      const [document] = await store.read([recordKey(kid)]);
      return document && decryptPrivateJwk(kid, document.body, cipher);
    },
  };
};
