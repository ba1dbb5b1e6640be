import { fileURLToPath } from 'node:url';
import t from 'tap';
import { parseStartCommand } from '../../bench/compare/checkout.ts';
import { compareStarts, isSlower } from '../../bench/compare/statistics.ts';
import { startProgram } from '../support/setup/index.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Rounds in which this checkout takes `ratio` times the other one, with a noise of 3 percent. */
const roundsOf = (ratio: number, count: number) =>
  Array.from({ length: count }, (_, i) => {
    const other = 0.4 + (i % 5) / 50;
    return { own: other * ratio * (1 + ((i % 7) - 3) / 100), other };
  });

t.test(
  'a flow that takes 6 percent more is slower than 5 percent allow, one that takes 4 is not',
  async (t) => {
    t.equal(isSlower(compareStarts([roundsOf(1.06, 28)]), 5), true);
    t.equal(isSlower(compareStarts([roundsOf(1.04, 28)]), 5), false);
    t.equal(isSlower(compareStarts([roundsOf(0.8, 28)]), 5), false);
  },
);

t.test('one slow round does not move the ratio', async (t) => {
  const { ratio, rounds } = compareStarts([[...roundsOf(1, 27), { own: 9, other: 0.4 }]]);
  t.equal(rounds, 28);
  t.ok(Math.abs(ratio - 1) < 0.02, `${ratio}`);
});

t.test('one slow start does not move the ratio, and the range shows it', async (t) => {
  const starts = [roundsOf(1, 7), roundsOf(1.3, 21), roundsOf(0.99, 7)];
  const { ratio, range, rounds } = compareStarts(starts);
  t.equal(rounds, 35);
  t.ok(Math.abs(ratio - 1) < 0.02, `${ratio}`);
  t.ok(range[0] < 1 && range[1] > 1.25, `${range}`);
});

t.test('a checkout is measured with what its start script sets', async (t) => {
  t.same(parseStartCommand('exec node bin/postern start'), { nodeOptions: [], environment: {} });
  t.same(
    parseStartCommand('A=1 B=x=y exec node --max-semi-space-size=16 --stack-size=900 bin/postern start'),
    {
      nodeOptions: ['--max-semi-space-size=16', '--stack-size=900'],
      environment: { A: '1', B: 'x=y' },
    },
  );
  t.throws(() => parseStartCommand('node src/main.ts'), /unknown start script/);
});

t.test(
  'a comparison of this checkout with itself measures the flow on both sides and ends well',
  async (t) => {
    const args = [
      ...['--against', root, '--warm-up', '50', '--store', 'embedded', '--flow', 'exchange'],
      ...['--rounds', '2', '--starts', '2', '--requests', '20', '--threshold', '1000'],
    ];
    const bench = startProgram(t, 'bench/index.ts', args, { env: { PATH: process.env['PATH'] ?? '' } });
    t.equal((await bench.ended).code, 0, bench.log());
    t.match(
      bench.log(),
      /code exchange \| \d\.\d+ \/ \d\.\d+ ms, ratio \d+\.\d+ \(.*\), 2 rounds in 2 starts \|/,
    );
  },
);

t.test('an unknown flow is named, with those that exist', async (t) => {
  const bench = startProgram(t, 'bench/index.ts', ['--against', root, '--flow', 'exchagne']);
  t.equal((await bench.ended).code, 1);
  t.match(bench.log(), 'there is no flow exchagne: authorize, exchange, refresh');
});
