import t from 'tap';
import { matchesIn, readSources } from './sources.ts';

/** Indirect wording that readers have to decode. A sentence names its subject instead. */
const indirect =
  /\b(whoever|whomever|nobody|somebody|told of|tells of|is told|of ours|of its own word|is none|are none|by itself|stands (here|there|beside|for|in)|leads nowhere|has no word)\b/i;

/** Lines where the wording is right, by file: a part of the line, and the reason. At most twenty. */
const allowed: readonly { readonly file: string; readonly part: string; readonly reason: string }[] = [
  {
    file: 'src/services/accounts/reserved-usernames.ts',
    part: 'guest anonymous nobody someone',
    reason: 'It is a user name.',
  },
];

t.test('code and its comments avoid indirect wording', async (t) => {
  const sources = readSources(
    'src/**/*.{ts,js}',
    'config/**/*.ts',
    'adapters/**/*.ts',
    'bench/**/*.ts',
    'docs/tools/*.ts',
  );
  const offenders = matchesIn(sources, indirect).filter(
    (line) => !allowed.some(({ file, part }) => line.startsWith(`${file}:`) && line.includes(part)),
  );
  t.same(offenders, []);
});

t.test('the documentation avoids indirect wording', async (t) => {
  const pages = readSources(
    'README.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
    'docs/**/*.md',
    'examples/**/*.md',
  );
  const isDatedDecision = (file: string): boolean => /^docs\/decisions\/\d/.test(file);
  t.same(
    matchesIn(
      pages.filter(({ file }) => !isDatedDecision(file)),
      indirect,
    ),
    [],
  );
});

t.test('every exception is needed, and there are at most twenty', async (t) => {
  const lines = matchesIn(readSources(...new Set(allowed.map(({ file }) => file))), indirect);
  const unneeded = allowed.filter(
    ({ file, part }) => !lines.some((line) => line.startsWith(`${file}:`) && line.includes(part)),
  );
  t.same([...unneeded, ...allowed.slice(20)], []);
});
