import t from 'tap';
import { createRequestIds } from '#src/http/request-log.ts';

t.test('a request id can be an argument of a command: it never starts like an option', async (t) => {
  const name = createRequestIds();
  const names = Array.from({ length: 2_000 }, name);
  t.equal(new Set(names).size, names.length);
  for (const one of names) if (!/^\w[\w-]{11}$/.test(one)) t.fail(one);
});
