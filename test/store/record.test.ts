import t from 'tap';
import { NewerRecord, RecordDamaged } from '#src/store/errors.ts';
import { assertVersion, record } from '#src/store/record.ts';

const format = record<{ readonly name: string }>('client');

t.test('a body begins with its version and comes back without it', async (t) => {
  t.equal(format.encode({ name: 'shop' }), '{"v":1,"name":"shop"}');
  t.strictSame(format.decode('{"v":1,"name":"shop"}'), { name: 'shop' });
});

t.test('a body of a later version, or of none, is refused, or passed over', async (t) => {
  const later = ['{"v":2,"name":"shop"}', '{"v":3}'];
  const damaged = ['{"v":0}', '{"v":"1"}', '{"name":"shop"}', '[1]', '1', 'null', '{"v":1'];
  for (const body of [...later, ...damaged]) {
    t.throws(() => format.decode(body), later.includes(body) ? NewerRecord : RecordDamaged, body);
    t.equal(format.tryDecode(body), undefined, body);
  }
});

t.test('the check of a body that is not an object names the kind', async (t) => {
  assertVersion('session', 1);
  t.throws(() => assertVersion('session', 2), { message: /record of kind session .* newer version/ });
});
