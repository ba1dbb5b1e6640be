import t from 'tap';
import { openStore } from '#adapters/index.ts';
import { Draft } from '#src/store/draft.ts';
import { Conflict } from '#src/store/errors.ts';
import type { Key } from '#src/store/port.ts';
import { UnitOfWork } from '#src/store/unit-of-work.ts';
import { rejectionOf } from '../support/rejection-of.ts';

const store = await openStore('memory:', { clock: { now: () => Date.now() } });
t.teardown(() => store.close());

let made = 0;
const newDraft = () => {
  const key: Key = { kind: 'thing', family: `family-${made++}`, id: 'a' };
  const found: boolean[] = [];
  const isStored = async (): Promise<boolean> => (await store.read([key]))[0] !== undefined;
  const draft = new Draft([{ op: 'insert', key, body: '' }], async () => {
    found.push(await isStored());
  });
  /** Whether the document was stored, each time that the rest followed. */
  return { draft, key, found, isStored };
};

t.test('nothing follows a commit that fails', async (t) => {
  const { draft, key, found } = newDraft();
  await store.commit([{ op: 'insert', key, body: '' }]);
  const committing = Draft.commitWith((writesOf) => store.commit(writesOf(draft)));
  t.ok((await rejectionOf(committing)) instanceof Conflict);
  t.strictSame(found, []);
});

t.test('what follows the commit follows for each draft whose writes it took, once', async (t) => {
  const [first, second, other] = [newDraft(), newDraft(), newDraft()];
  const result = await Draft.commitWith(async (writesOf) => {
    // As when the commit is tried again.
    writesOf(first.draft);
    await store.commit([first.draft, undefined, second.draft].flatMap(writesOf));
    return 'the result';
  });
  t.equal(result, 'the result');
  t.strictSame([first.found, second.found, other.found], [[true], [true], []]);
});

t.test('a unit of work commits a draft only if it succeeds', async (t) => {
  for (const refused of [true, false]) {
    const { draft, found, isStored } = newDraft();
    const work = new UnitOfWork(store);
    draft.stageIn(work);
    await work.commit({ refused });
    t.equal(await isStored(), !refused);
    t.equal(found.length, refused ? 0 : 1);
  }
});
