import t from 'tap';
import { BoundedMap } from '#src/store/bounded-map.ts';

const idsOf = (map: BoundedMap<string>): string =>
  ['a', 'b', 'c', 'd'].filter((id) => map.get(id) !== undefined).join('');

t.test('the oldest values go', async (t) => {
  const few = new BoundedMap<string>({ maxEntries: 2 });
  for (const id of ['a', 'b', 'c']) few.set(id, id);
  t.equal(idsOf(few), 'bc');
  few.touch('b');
  few.touch('d');
  few.set('d', 'd');
  t.equal(idsOf(few), 'bd');
  few.set('b', 'again');
  t.equal(few.get('b'), 'again');
  t.equal(idsOf(few), 'bd');

  const small = new BoundedMap<string>({ maxEntries: 10, maxSize: 5, sizeOf: (value) => value.length });
  small.set('a', '12');
  small.set('b', '12');
  small.set('c', '12');
  t.equal(idsOf(small), 'bc');
  small.set('b', '1');
  small.set('d', '12');
  t.equal(idsOf(small), 'bcd', 'a value that gets smaller leaves room');
  small.delete('c');
  small.set('a', '12');
  t.equal(idsOf(small), 'abd');
  small.set('c', '123456');
  t.equal(idsOf(small), '', 'what is too large alone is not kept');
  small.set('a', '12345');
  t.equal(idsOf(small), 'a');
  small.clear();
  small.set('b', '12345');
  t.equal(idsOf(small), 'b');
});
