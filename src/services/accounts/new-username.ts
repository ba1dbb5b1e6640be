import { exitCode, Failure } from '../../errors.ts';
import { isReserved } from './reserved-usernames.ts';
import { foldUsername } from './username.ts';

/** A person who signs up may not take a reserved name. An operator may give it. */
export type NameGiver = 'operator' | 'person';

const maxLength = 255;

/** The signs on a keyboard. All others are refused, because many look like these. */
const signs = String.raw`\x20-\x2f\x3a-\x40\x5b-\x60\x7b-\x7e`;

/** Letters of European, Vietnamese and African alphabets. Phonetic letters, as the first one of ɑdmin, look like those. */
const latin =
  'A-Za-z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u0137\u0139-\u017f\u018f\u0259\u01a0\u01a1\u01af\u01b0\u01cd-\u01dc\u01e6-\u01f0\u01f4\u01f5\u01f8-\u021b\u021e\u021f\u0226-\u0233\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5aɓƁɖƉɗƊɛƐɔƆƒƑƙƘɣƔɲƝʋƲ';

/** Scripts in common use (Unicode UAX #31, table 5). The others, as Cherokee, have letters that look like Latin ones. */
const singleScripts =
  'Greek Cyrillic Armenian Hebrew Arabic Thaana Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Thai Lao Tibetan Myanmar Georgian Ethiopic Khmer';
/** Scripts that one language writes together (Unicode UTS #39 §5.1). */
const mixedScripts = ['Han Hiragana Katakana', 'Han Bopomofo', 'Han Hangul'];

/** Marks that stay marks in the composed form, as on some letters of African languages. */
const marks = String.raw`\u0300-\u0314\u031b\u0323-\u0328\u032d-\u0331`;

const onlyScripts = (scripts: readonly string[]): RegExp => {
  const letters = scripts.map((script) => String.raw`\p{Script_Extensions=${script}}`).join('');
  return new RegExp(String.raw`^(?:(?=[\p{L}\p{M}\p{Nd}])[${letters}0-9${marks}]|[${signs}])+$`, 'u');
};

const createAlphabets = (): readonly RegExp[] => [
  new RegExp(`^[${latin}${marks}${signs}0-9\uff10-\uff19]+$`, 'u'),
  ...[...singleScripts.split(' '), ...mixedScripts].map((scripts) => onlyScripts(scripts.split(' '))),
];

let alphabets: readonly RegExp[] | undefined;

/** Made for the first new name: they take some milliseconds. */
const isOfOneAlphabet = (name: string): boolean => {
  alphabets ??= createAlphabets();
  return alphabets.some((alphabet) => alphabet.test(name));
};

/** Two of these in one name: the digits of some scripts look like other digits of a keyboard. */
const digits = [
  /[0-9\uff10-\uff19]/,
  /[\u0660-\u0669]/,
  /[\u06f0-\u06f9]/,
  /[^\P{Nd}0-9\uff10-\uff19\u0660-\u0669\u06f0-\u06f9]/u,
];

/** Letters of other alphabets that look like Latin ones. A name of nothing else reads as a Latin name. */
const onlyLookAlikes = /^[аеорсухіјѕһԁԛԝԍӏѵѡАВЕКМНОРСТХУІЈЅԚԜԌӀαγικνορυχϲϳηΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹͿօսոհցզյՕՍԼՏ]+$/u;

const lettersOf = (name: string): string => name.normalize('NFD').replace(/\P{L}/gu, '');

interface Rule {
  /** The parts of an address have alphabets of their own. Any other name is one part. */
  readonly breaks: (name: string, parts: readonly string[]) => boolean;
  /** For the person who chose the name. */
  readonly message: string;
}

/** What makes two different names look alike. */
const rules: readonly Rule[] = [
  {
    // \p{C} is control, format, private and unassigned characters; the last set is fillers and variation selectors.
    breaks: (name) =>
      name === '' || name.length > maxLength || /[\p{C}\p{Default_Ignorable_Code_Point}]/u.test(name),
    message: `A user name has 1 to ${maxLength} visible characters.`,
  },
  {
    breaks: (name) => !/[\p{L}\p{Nd}]/u.test(name) || /[^\P{Z} ]| {2}|\p{M}{4}/u.test(name),
    message: 'A user name has letters or digits, and single spaces at most.',
  },
  {
    breaks: (_, parts) => !parts.every(isOfOneAlphabet),
    message: 'A user name has letters of one alphabet, digits, and the signs of a keyboard.',
  },
  {
    breaks: (_, parts) => parts.some((part) => digits.filter((set) => set.test(part)).length > 1),
    message: 'A user name has digits of one kind.',
  },
  {
    breaks: (name) => onlyLookAlikes.test(lettersOf(name)),
    message: 'Each letter of this user name looks like a Latin one: add a letter that does not.',
  },
];

/** A mailbox named in one alphabet, at a domain in another one, is common: `josé@пример.рф`. */
const partsOfAddress = (address: string): readonly string[] =>
  address.split(/[@.]/).filter((part) => part !== '');

const brokenRule = (name: string, isAddress: boolean): Rule | undefined => {
  const parts = isAddress ? partsOfAddress(name) : [name];
  return rules.find(({ breaks }) => breaks(name, parts));
};

/** Whether an account may have this address as its name, once it has verified it. */
export const isAddressForUsername = (address: string): boolean =>
  brokenRule(address.normalize('NFC'), true) === undefined;

interface NewUsername {
  readonly givenBy: NameGiver;
  readonly service: readonly string[];
  /** The verified address of the account, folded. */
  readonly email: string | undefined;
}

/**
 * Returns the trimmed name, or throws a Failure if it could be taken for another name. Names that were accepted by
 * former rules stay as they are: only a new name comes here.
 */
export const acceptUsername = (username: string, { givenBy, service, email }: NewUsername): string => {
  const name = username.trim().normalize('NFC');
  const broken = brokenRule(name, foldUsername(name) === email);
  if (broken)
    throw new Failure({
      code: 'username_invalid',
      message: broken.message,
      status: 422,
      exit: exitCode.usage,
    });
  if (givenBy === 'person' && isReserved(name, service))
    throw new Failure({
      code: 'username_reserved',
      message: `The user name ${name} is reserved; choose another name.`,
      status: 422,
      exit: exitCode.usage,
    });
  return name;
};
