/** A joiner or non-joiner changes letters in these, as in Persian and Indic words (Unicode §23.2, UAX #31 §2.3.1). */
const joiningScripts =
  'Arabic Syriac Mandaic Nko Mongolian Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada Malayalam Sinhala Khmer Myanmar Tibetan';

const letters = `(?=[\\p{L}\\p{M}])[${joiningScripts
  .split(' ')
  .map((script) => String.raw`\p{Script_Extensions=${script}}`)
  .join('')}]`;

/** The places where a character that can't be seen belongs to a letter or a picture. */
const needed = [
  `(?<=${letters})[\\u200c\\u200d](?=${letters})`,
  // The older spelling of a Malayalam letter at the end of a word.
  String.raw`(?<=\u0d4d)\u200d`,
  String.raw`(?<=\p{Script=Mongolian})[\u180b-\u180f](?=\p{Script=Mongolian})`,
  // A variant of an ideograph, which the name of a person or place may need (UTS #37).
  String.raw`(?<=\p{Script=Han})[\ufe00-\ufe02\u{e0100}-\u{e01ef}]`,
  // A picture in color or in text style, pictures that are joined, and the flags of parts of countries (UTS #51).
  String.raw`(?<=\p{Extended_Pictographic})[\ufe0e\ufe0f]`,
  String.raw`(?<=[0-9#*])\ufe0f(?=\u20e3)`,
  String.raw`(?<=\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?)\u200d(?=\p{Extended_Pictographic})`,
  String.raw`(?<=\u{1f3f4})[\u{e0030}-\u{e007a}]{1,6}\u{e007f}`,
].join('|');

/** Control characters, line ends, what changes the direction of text (Unicode TR 36 §2.10), and what has no width. */
const hidden = String.raw`[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\ufff9-\ufffb]`;

/** Spaces, marks without a letter and the empty pattern of Braille show nothing either. */
const visible = /[^\p{Z}\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800]/u;

let pattern: RegExp | undefined;

/** No character of these is hidden. Nearly every name is one, and so is each name that a start checks. */
const printableAscii = /^[ -~]*$/;

/** Made for the first other name: that takes ten milliseconds. */
const neededOrHidden = (): RegExp => {
  pattern ??= new RegExp(`(${needed})|${hidden}`, 'gu');
  return pattern;
};

const withoutHidden = (name: string): string =>
  printableAscii.test(name)
    ? name
    : name.replaceAll(neededOrHidden(), (_, kept: string | undefined) => kept ?? '');

/**
 * Whether a name that a person, a client or an operator gives reads as what it is: nothing in it is hidden, and something
 * can be seen. User names have stricter rules.
 */
export const isDisplayName = (name: string): boolean => visible.test(name) && withoutHidden(name) === name;

/** For a name that another system gives: the name without what is hidden in it. Undefined when nothing is left. */
export const toDisplayName = (name: string): string | undefined => {
  let shown = name;
  // What was needed beside a character that is gone may be hidden now. Each turn makes the name shorter.
  for (let next = withoutHidden(shown); next !== shown; next = withoutHidden(shown)) shown = next;
  const trimmed = shown.trim();
  return visible.test(trimmed) ? trimmed : undefined;
};

/** What the sentence of a refusal says about such a name. */
export const displayNameRule =
  'shows nothing, or has characters that can’t be seen or change how it reads; type it again';
