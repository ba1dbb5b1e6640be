import { existsSync, readFileSync } from 'node:fs';
import t from 'tap';
import { apply } from '../mutation/apply.ts';
import { mutations } from '../mutation/mutations.ts';

t.test('each mutation of `npm run mutate` changes the source of today, and its tests exist', async (t) => {
  t.ok(mutations.length >= 30, `${mutations.length} mutations`);
  const faults = mutations.flatMap((mutation) => {
    const { name, file, tests } = mutation;
    const applied = existsSync(file)
      ? apply(readFileSync(file, 'utf8'), mutation)
      : { problem: `there is no ${file}` };
    return [
      ...('problem' in applied ? [`${name}: ${applied.problem}`] : []),
      ...(tests.length === 0 ? [`${name}: it names no test`] : []),
      ...tests.filter((test) => !existsSync(`test/${test}`)).map((test) => `${name}: there is no ${test}`),
    ];
  });
  t.strictSame(faults, []);
});

t.test('a text that is gone, or that is there twice, is a fault', async (t) => {
  const mutation = { name: 'any', file: 'any', from: 'one', to: 'two', tests: [] };
  t.match(apply('none', { ...mutation, from: 'nothing' }), { problem: /found 0 times/ });
  t.match(apply('one one', mutation), { problem: /found 2 times/ });
  t.strictSame(apply('one $', { ...mutation, to: '$&' }), { text: '$& $' });
});
