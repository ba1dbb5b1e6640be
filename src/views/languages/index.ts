/**
 * Owns the texts of pages, one file per language, and the choice of a request's language. Protocol errors are for
 * programs, so they are in English and not here.
 */
import { de } from './de.ts';
import { en } from './en.ts';
import type { Messages } from './messages.ts';
import { pl } from './pl.ts';

export const languages: readonly [Messages, ...Messages[]] = [en, de, pl];

export const messagesFor = (tag: string): Messages =>
  languages.find((language) => language.tag === tag) ?? languages[0];
