import { readCommonPasswords } from './common-passwords.ts';

/** `common`: attackers try it first. `personal`: it has little but names of the person or of the service. */
export type Guessable = 'common' | 'personal';

let common: ReadonlySet<string> | undefined;

/** Words that the list lacks: newer ones, frequent ones of other languages, and this product. */
const moreWords = [
  'bitcoin',
  'contraseña',
  'correcthorsebatterystaple',
  'covid',
  'fortnite',
  'login',
  'lösenord',
  'postern',
  'йцукен',
  'йцукенгшщз',
  'любовь',
  'максим',
  'наташа',
  'пароль',
  'привет',
  'солнышко',
];

/** A short word further down the list is too rare to say that a longer password around it is guessable. */
const frequentWords = 8_000;

/** The list is read when the first new password is checked, because most processes check none. */
const commonPasswords = (): ReadonlySet<string> => {
  if (common) return common;
  common = new Set([
    ...readCommonPasswords().filter(
      (word, rank) => word.length >= 8 || (word.length >= 4 && rank < frequentWords),
    ),
    ...moreWords,
  ]);
  return common;
};

const fold = (text: string): string => text.normalize('NFKC').toLowerCase();

/** Digits and signs that people write for letters. A 1 is read as i and as l. */
const letters: Readonly<Record<string, string>> = {
  '0': 'o',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
};
const readings = (text: string): readonly string[] => {
  const plain = text.replace(/[03457@$]/g, (sign) => letters[sign] ?? sign);
  return [text, plain.replace(/[1!|]/g, 'i'), plain.replace(/[1!|]/g, 'l')];
};

/** Digits and signs that people put around a word, `summer2026!`, add little to what has to be guessed. */
const maxDecoration = 6;
const minCore = 4;

/** The text without some or all of its decoration, in each reading. */
const coresOf = (text: string): readonly string[] => {
  const leading = /^[^\p{L}]*/u.exec(text)?.[0].length ?? 0;
  const trailing = /(?<![^\p{L}])[^\p{L}]*$/u.exec(text.slice(leading))?.[0].length ?? 0;
  const cores: string[] = [];
  for (let before = 0; before <= Math.min(leading, maxDecoration); before += 1) {
    for (let after = 0; after <= Math.min(trailing, maxDecoration - before); after += 1) {
      const core = text.slice(before, text.length - after);
      if (core.length >= minCore) cores.push(...readings(core));
    }
  }
  return cores;
};

const keyboardRows = [
  '1234567890',
  'qwertyuiop',
  'qwertzuiop',
  'azertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'yxcvbnm',
];
const keyNeighbours = new Set(
  keyboardRows.flatMap((row) =>
    [...row].slice(1).flatMap((key, index) => [`${row[index]}${key}`, `${key}${row[index]}`]),
  ),
);
const followsOn = (one: string, next: string): boolean =>
  Math.abs(next.charCodeAt(0) - one.charCodeAt(0)) <= 1 || keyNeighbours.has(one + next);

const minRun = 3;

/** The characters outside runs such as `aaa`, `345`, `cba` and `qwer`. */
const countOutsideRuns = (text: string): number => {
  let outside = 0;
  for (let start = 0; start < text.length; ) {
    let end = start + 1;
    while (end < text.length && followsOn(text.charAt(end - 1), text.charAt(end))) end += 1;
    if (end - start < minRun) outside += end - start;
    start = end;
  }
  return outside;
};

const longestBlock = 4;

const repeatsOneBlock = (text: string): boolean =>
  Array.from({ length: longestBlock }, (_, index) => text.slice(0, index + 1)).some(
    (block) => text.length > block.length && block.repeat(text.length).slice(0, text.length) === text,
  );

const isPattern = (text: string): boolean => countOutsideRuns(text) <= 2 || repeatsOneBlock(text);

const isCommon = (text: string): boolean =>
  isPattern(text) || coresOf(text).some((core) => commonPasswords().has(core));

/** A password is more than names if this many other characters are left. */
const minRest = 8;

const isPersonal = (text: string, names: readonly string[]): boolean =>
  readings(text).some((reading) =>
    names.some((name) => {
      if (!reading.includes(name)) return false;
      const rest = reading.replaceAll(name, '');
      return rest.length < minRest || isCommon(rest);
    }),
  );

/** The names in a text, and their parts, that a password must not consist of. */
export const namesIn = (...texts: readonly (string | undefined)[]): readonly string[] =>
  texts.flatMap((text = '') => {
    const parts = fold(text)
      .split(/[^\p{L}\p{N}]+/u)
      .filter((part) => part.length >= 4);
    return [...new Set([fold(text).replaceAll(/\s/g, ''), ...parts])].filter((name) => name.length >= 3);
  });

/** Why a new password is too easy to guess (NIST SP 800-63B §3.1.1.2); undefined for one that isn't. */
export const guessable = (password: string, names: readonly string[]): Guessable | undefined => {
  const text = fold(password);
  if (isCommon(text)) return 'common';
  return isPersonal(text, names) ? 'personal' : undefined;
};
