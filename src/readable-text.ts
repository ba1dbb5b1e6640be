/** Control characters, line ends, and characters that change the direction of text (Unicode TR 36 §2.10, CWE-117). */
const misleading = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/u;
const allMisleading = new RegExp(misleading.source, 'gu');
const allButLineEnds = new RegExp(`(?!\\n)${misleading.source}`, 'gu');

/** Whether a text has characters that make it read as something else than it is. */
export const isMisleading = (text: string): boolean => misleading.test(text);

/** Cleans a text that a caller may have chosen and that a person reads in a log, a terminal or a table. */
export const toReadable = (text: string): string => text.replace(allMisleading, '\ufffd');

/** Like `toReadable`, for texts of several lines. */
export const toReadableLines = (text: string): string => text.replace(allButLineEnds, '\ufffd');
