import t from 'tap';
import { readSources } from './sources.ts';

/**
 * A group that ends in a quantifier and has one itself: (a+)+, (a*)*, (.*,)* and their kin. A group that begins with a
 * separator can be read in one way only.
 */
const nested = /\((?:\?:)?(?!\\[.:,-])(?:[^()\\]|\\.)*[+*]\)[+*]/;

const literal = /(?<=[=(,:!&|?[\s])\/(?![/*])(?:\\.|\[(?:\\.|[^\]])*\]|[^/\\[\n])+\/[dgimsuvy]*/g;

t.test('the rule detects nested quantifiers', async (t) => {
  const missed = ['(a+)+', '(?:a*)*', '([a-z]+)*', '(x|y+)+'].filter((pattern) => !nested.test(pattern));
  t.same(missed, []);
});

t.test('no pattern has nested quantifiers (CWE-1333)', async (t) => {
  const offenders = readSources('src/**/*.ts', 'config/**/*.ts', 'adapters/**/*.ts').flatMap(
    ({ file, text }) =>
      text.split('\n').flatMap((line, at) => {
        if (/^\s*(\*|\/\/|\/\*)/.test(line)) return [];
        return (line.match(literal) ?? [])
          .filter((pattern) => nested.test(pattern))
          .map((pattern) => `${file}:${at + 1}: ${pattern}`);
      }),
  );
  t.same(offenders, []);
});
