import {
  type Arbitrary,
  array,
  boolean,
  constantFrom,
  dictionary,
  nat,
  oneof,
  option,
  record,
} from 'fast-check';
import { Redis } from 'ioredis';
import t from 'tap';
import { decode } from '#adapters/redis/codec.ts';
import { createKeyNames, entryTag } from '#adapters/redis/key-names.ts';
import { scripts, scriptText } from '#adapters/redis/scripts.ts';
import { addWrite, type Group, newGroup } from '#adapters/redis/writes.ts';
import type { Key, Write } from '#src/store/port.ts';
import { startRedis } from '../support/redis-server.ts';
import { fuzz } from './run.ts';

// Several commits change one document, some of them lose and are undone in any order, also between the others. What is left
// is what the others would have made of the document alone.

const server = await startRedis();
const redis = new Redis(server.port);
for (const sha of Object.values(scripts)) await redis.script('LOAD', scriptText(sha));
t.teardown(async () => {
  redis.disconnect();
  await server.close();
});

const names = createKeyNames('fuzz');
const now = Date.now();
const at = (minutes: number): number => now + minutes * 60_000;

const groupOf = (write: Write): Group => {
  const group = newGroup(false);
  addWrite(names, write, () => group);
  return group;
};

/** As commits.ts sends the part of a commit on a cluster. */
const commit = async (nonce: string, write: Write, mode: '' | 'u' = 'u'): Promise<void> => {
  const { keys, args } = groupOf(write);
  const all = [...keys, names.undoLog(keys[0] ?? '')];
  const head = [nonce, String(now), '1e16', mode, '', '600000'];
  const reply = await redis.evalsha(scripts.commit, all.length, ...all, ...head, ...args);
  if (reply !== 1) throw new Error(`refused: ${reply}`);
};

/** As in-doubt.ts sends it. */
const undo = async (nonce: string, write: Write): Promise<void> => {
  const { keys, writes } = groupOf(write);
  const all = [names.undoLog(keys[0] ?? ''), ...keys];
  const former = writes.map((one) => (one === undefined ? 'z' : ''));
  const reply = await redis.evalsha(
    scripts.undo,
    all.length,
    ...all,
    nonce,
    String(now),
    '0',
    'shared',
    ...former,
  );
  if (reply !== 1) throw new Error(`not undone: ${reply}`);
};

interface State {
  readonly body: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly expiresAt?: number | undefined;
  /** The number of the write that listed it. */
  readonly listedBy: number;
  readonly usedBy?: string | undefined;
}

const listed = (n: number) => [{ index: 'i', of: `${n}`, at: n }];
const numbers = new Map(Array.from({ length: 10 }, (_, n) => [entryTag('i', `${n}`, n), n]));

const stateOf = async (key: Key): Promise<State | undefined> => {
  const name = names.document(key);
  const [text, ttl] = await Promise.all([redis.get(name), redis.pttl(name)]);
  const decoded = text === null ? undefined : decode(text, now);
  if (!decoded) return undefined;
  const { body, fields, expiresAt, consumption } = decoded.document;
  if (ttl > 0 !== (expiresAt !== undefined))
    throw new Error(`${ttl} ms are left of a document until ${expiresAt}`);
  const listedBy = numbers.get(decoded.indexEntries) ?? -1;
  return { body, fields, expiresAt, listedBy, usedBy: consumption?.nonce };
};

const small = { maxKeys: 3 };
const fieldNames = constantFrom('a', 'b', 'c');
const values = constantFrom('0', '1', '2');
const change = { fields: dictionary(fieldNames, option(values), small) };

const merge = record({ op: constantFrom('merge' as const), ...change });
const replace = record({ op: constantFrom('replace' as const) });
const condition = record({ op: constantFrom('condition' as const) });
const consume = record({ op: constantFrom('consume' as const) });
const put = record({ op: constantFrom('put' as const), fields: dictionary(fieldNames, values, small) });
const insert = record({ op: constantFrom('insert' as const) });
const remove = record({ op: constantFrom('remove' as const) });

interface Step {
  readonly op: 'merge' | 'replace' | 'condition' | 'consume' | 'put' | 'insert' | 'remove';
  readonly fields?: Readonly<Record<string, string | null>>;
}

interface Planned {
  readonly write: Write;
  /** What it makes of a document. */
  readonly effect: (state: State | undefined) => State | undefined;
}

const withFields = (state: State, fields: Readonly<Record<string, string | null>>): State => {
  const next: Record<string, string> = { ...state.fields };
  for (const [name, value] of Object.entries(fields)) {
    if (value === null) delete next[name];
    else next[name] = value;
  }
  return { ...state, fields: next };
};

const textFields = (fields: Step['fields'] = {}): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(fields).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
  );

/** The nth write, to a document as it is now. Undefined for one that would be refused. */
const plan = (
  { op, fields = {} }: Step,
  { key, n, nonce }: { readonly key: Key; readonly n: number; readonly nonce: string },
  current: State | undefined,
): Planned | undefined => {
  if (op === 'remove') return { write: { op, key }, effect: () => undefined };
  if (op === 'put') {
    const next = { body: 'put', fields: textFields(fields), listedBy: n };
    return {
      write: { op, key, body: next.body, fields: next.fields, index: listed(n) },
      effect: () => next,
    };
  }
  if (op === 'insert') {
    if (current) return undefined;
    return {
      write: { op, key, body: 'inserted', index: listed(n) },
      effect: () => ({ body: 'inserted', fields: {}, listedBy: n }),
    };
  }
  if (!current) return undefined;
  if (op === 'merge')
    return {
      write: { op, key, fields, ifAbsent: 'skip' },
      effect: (state) => state && withFields(state, fields),
    };
  if (op === 'consume')
    return current.usedBy === undefined
      ? { write: { op, key, at: 1 }, effect: (state) => state && { ...state, usedBy: nonce } }
      : undefined;
  if (op === 'condition')
    return {
      write: { op: 'replace', key, expected: current.body, body: current.body },
      effect: (state) => state,
    };
  const next = { body: `replaced by ${n}`, expiresAt: at(100 + n), listedBy: n };
  return {
    write: {
      op: 'replace',
      key,
      expected: current.body,
      body: next.body,
      expiresAt: next.expiresAt,
      index: listed(n),
    },
    effect: (state) => state && { ...state, ...next },
  };
};

interface Round {
  readonly isThere: boolean;
  readonly isUsed: boolean;
  readonly fields: Readonly<Record<string, string>>;
  readonly expires: boolean;
  readonly steps: readonly (Step & { readonly loses: boolean; readonly undone: number })[];
}

const plain = ({ body, fields, expiresAt, listedBy, usedBy }: State) => ({
  body,
  fields: { ...fields },
  expiresAt,
  listedBy,
  usedBy,
});

let rounds = 0;

const play = async ({ isThere, isUsed, fields, expires, steps }: Round): Promise<void> => {
  rounds += 1;
  const key: Key = { kind: 'k', family: `${rounds}`, id: '' };
  if (isThere) {
    const content = { body: 'first', fields, index: listed(0), ...(expires && { expiresAt: at(50) }) };
    await commit('first', { op: 'put', key, ...content }, '');
    if (isUsed) await commit('use', { op: 'consume', key, at: 1 }, '');
  }
  let expected = await stateOf(key);
  const lost: { readonly nonce: string; readonly write: Write }[] = [];
  const undoOne = async (choice: number): Promise<void> => {
    const [one] = lost.splice(choice % lost.length, 1);
    if (one) await undo(one.nonce, one.write);
  };
  let isFromLoser = false;
  for (const [i, step] of steps.entries()) {
    const n = i + 1;
    const nonce = `${rounds}.${n}.`;
    const current = await stateOf(key);
    const planned = plan(step, { key, n, nonce }, current);
    if (!planned) continue;
    if (!current || step.op === 'put') isFromLoser = step.loses && !current;
    await commit(nonce, planned.write);
    if (step.loses) lost.push({ nonce, write: planned.write });
    // What replaces a document keeps it, also when the commit that has created it loses.
    else if (step.op === 'replace' && isFromLoser) [expected, isFromLoser] = [planned.effect(current), false];
    else expected = planned.effect(expected);
    for (let left = step.undone % 3; left > 0 && lost.length > 0; left -= 1) await undoOne(step.undone);
  }
  while (lost.length > 0) await undoOne(steps[0]?.undone ?? 0);
  const found = await stateOf(key);
  const [left, right] = [found && plain(found), expected && plain(expected)];
  if (JSON.stringify(sorted(left)) !== JSON.stringify(sorted(right)))
    throw new Error(`found ${JSON.stringify(left)} instead of ${JSON.stringify(right)}`);
};

const sorted = (state: ReturnType<typeof plain> | undefined) =>
  state && { ...state, fields: Object.entries(state.fields).toSorted() };

const roundOf = (isThere: Arbitrary<boolean>) => ({
  isThere,
  isUsed: boolean(),
  fields: dictionary(fieldNames, values, small),
  expires: boolean(),
});

t.test('commits that change a document', (t) =>
  fuzz(
    t,
    record({
      ...roundOf(constantFrom(true)),
      steps: array(
        oneof(merge, replace, condition, consume).chain((step) =>
          record({ loses: boolean(), undone: nat(8) }).map((more) => ({ ...step, ...more })),
        ),
        { minLength: 2, maxLength: 6 },
      ),
    }),
    play,
    { runs: 400 },
  ),
);

t.test('commits that create, replace or remove a document, of which one loses', (t) =>
  fuzz(
    t,
    record({
      ...roundOf(boolean()),
      loser: nat(5),
      steps: array(
        oneof(merge, replace, condition, consume, put, insert, remove).chain((step) =>
          nat(8).map((undone) => ({ ...step, undone })),
        ),
        { minLength: 2, maxLength: 6 },
      ),
    }).map(({ loser, steps, ...round }) => ({
      ...round,
      steps: steps.map((step, i) => ({ ...step, loses: i === loser % steps.length })),
    })),
    play,
    { runs: 400 },
  ),
);
