/**
 * The table of commands, one file each, and the program around them: global flags, answers, exit codes. What a command
 * does is decided where its subject lives; here it is only called.
 */
import type { Command } from '#src/command.ts';
import { config } from './config/index.ts';
import { health } from './health.ts';
import { start } from './start.ts';
import { version } from './version.ts';

export const commands: readonly Command[] = [start, health, config, version];
