/**
 * Owns what pages say, one file a language, and which language a request gets. Not the wording of protocol
 * errors: those are for programs and stay in English.
 */
import { de } from './de.ts';
import { en } from './en.ts';
import type { Messages } from './messages.ts';
import { pl } from './pl.ts';

export const languages: readonly [Messages, ...Messages[]] = [en, de, pl];

export const messagesFor = (tag: string): Messages =>
  languages.find((language) => language.tag === tag) ?? languages[0];
