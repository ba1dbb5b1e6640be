import t from 'tap';
import { createNames } from '#src/http/request-names.ts';

t.test('the name of a request can be told to a command: it never begins like an option', async (t) => {
  const name = createNames();
  const names = Array.from({ length: 2_000 }, name);
  t.equal(new Set(names).size, names.length);
  for (const one of names) if (!/^\w[\w-]{11}$/.test(one)) t.fail(one);
});
