import t from 'tap';
import { newId } from '#src/store/new-id.ts';

t.test('an id can be an argument of a command: it never starts like an option', async (t) => {
  const ids = Array.from({ length: 2_000 }, () => newId(12));
  t.equal(new Set(ids).size, ids.length);
  for (const id of ids) if (!/^\w[\w-]{15}$/.test(id)) t.fail(id);
});
