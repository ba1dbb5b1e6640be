/**
 * The table of commands, one file each, and the program around them: global flags, answers, exit codes. What a command
 * does is decided where its subject lives; here it is only called.
 */
import type { Command } from '#src/command.ts';
import { account } from './account/index.ts';
import { audit } from './audit/index.ts';
import { client } from './client/index.ts';
import { config } from './config/index.ts';
import { doctor } from './doctor.ts';
import { exportRecords } from './export.ts';
import { health } from './health.ts';
import { importRecords } from './import.ts';
import { keys } from './keys/index.ts';
import { migrate } from './migrate.ts';
import { start } from './start.ts';
import { version } from './version.ts';

export const commands: readonly Command[] = [
  start,
  health,
  config,
  keys,
  client,
  account,
  audit,
  doctor,
  migrate,
  exportRecords,
  importRecords,
  version,
];
