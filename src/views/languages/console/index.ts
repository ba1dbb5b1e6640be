/** Owns the texts of the console. The first request to the console imports it. */
import { de } from './de.ts';
import { en } from './en.ts';
import type { ConsoleMessages } from './messages.ts';
import { pl } from './pl.ts';

const languages: Readonly<Record<string, ConsoleMessages>> = { en, de, pl };

export const consoleMessagesFor = (tag: string): ConsoleMessages => languages[tag] ?? en;
