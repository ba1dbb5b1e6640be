import t from 'tap';
import { readSources } from './sources.ts';

/**
 * A group that ends in a quantifier and has one itself: (a+)+, (a*)*, (.*,)* and their kin. A group that begins with a
 * separator can be read in one way only.
 */
const nested = /\((?:\?:)?(?!\\[.:,-])(?:[^()\\]|\\.)*[+*]\)[+*]/;

const literal = /(?<=[=(,:!&|?[\s])\/(?![/*])(?:\\.|\[(?:\\.|[^\]])*\]|[^/\\[\n])+\/[dgimsuvy]*/g;

/** Patterns that take quadratic time for some text, and why no caller can send a text that is long enough to matter. */
const bounded: Readonly<Record<string, string>> = {
  'src/http/strict-json.ts': 'the text has been parsed, so each of its strings ends',
  'src/views/languages/choose.ts': 'a list is cut to 256 characters',
};

const compile = (source: string): RegExp | undefined => {
  const end = source.lastIndexOf('/');
  try {
    return new RegExp(source.slice(1, end), source.slice(end + 1));
  } catch {
    return undefined;
  }
};

/** What is repeated: literal parts of the pattern, its characters, one of each usual class, and pairs of these. */
const repeated = ({ source }: RegExp): ReadonlySet<string> => {
  const chars = [...new Set([...source.replace(/\\[a-zA-Z]|[()?*+^$|]/g, ''), ...'a0 !\t"\\'])];
  const literals = source.split(/[\\()[\]{}|?*+^$.]+/).filter((part) => part !== '');
  return new Set([...literals, ...chars, ...chars.flatMap((one) => chars.map((other) => one + other))]);
};

const milliseconds = (pattern: RegExp, text: string): number => {
  const started = performance.now();
  text.replace(pattern, '');
  return performance.now() - started;
};

/** A quadratic pattern takes longer for 16,000 characters. */
const minMilliseconds = 8;

/** Eight times the length takes a linear pattern 8 times as long, and a quadratic one 64 times. */
const growsFaster = (pattern: RegExp, piece: string): boolean => {
  const text = (length: number) => `${piece.repeat(length / piece.length)}x\u0001`;
  if (milliseconds(pattern, text(16_000)) < minMilliseconds) return false;
  const best = (length: number) =>
    Math.min(...Array.from({ length: 5 }, () => milliseconds(pattern, text(length))));
  const longest = best(16_000);
  // On a busy machine a single time says nothing.
  return longest >= minMilliseconds && longest / best(2_000) > 25;
};

const quadraticPiece = (pattern: RegExp): string | undefined =>
  [...repeated(pattern)].find((piece) => growsFaster(pattern, piece));

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

t.test('the rule detects quadratic time', async (t) => {
  const missed = [/"(?:\\.|[^"\\])*"|[[{]/g, /\s*;\s*/, /\.+$/, /[^\p{L}]*$/u, /<!--.*?-->/].filter(
    (pattern) => quadraticPiece(pattern) === undefined,
  );
  t.same(missed, []);
});

t.test('no pattern takes quadratic time for a text that a stranger sends (CWE-1333)', async (t) => {
  const offenders = readSources('src/**/*.{ts,js}', 'config/**/*.ts', 'adapters/**/*.ts').flatMap(
    ({ file, text }) =>
      Object.hasOwn(bounded, file)
        ? []
        : [...new Set(text.split('\n').flatMap((line) => line.match(literal) ?? []))].flatMap((source) => {
            const pattern = /[*+]|\{\d+,/.test(source) ? compile(source) : undefined;
            const piece = pattern && quadraticPiece(pattern);
            return piece === undefined ? [] : [`${file}: ${source}: ${JSON.stringify(piece)}`];
          }),
  );
  t.same(offenders, []);
});
