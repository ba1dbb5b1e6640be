import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { type Config, type EffectiveValue, effectiveValues, loadConfig } from '#config';
import { freePort } from './free-port.ts';

/** Settings as in `postern.yaml`. */
export type Settings = Readonly<Record<string, unknown>>;

/** Defaults for tests: no files, no output, and passwords that hash quickly. */
const testDefaults = (port: number): Settings => ({
  listen: { port },
  store: { url: 'memory:' },
  log: { level: 'silent' },
  // The audit record is written in the background, which would disturb tests that count store operations.
  audit: { enabled: false },
  security: {
    password: { memory_kib: 8192, passes: 1 },
    // Tests sign the same few people in again and again.
    throttle: { refresh_token_per_account: 0 },
  },
});

const isSection = (value: unknown): value is Settings =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const merge = (base: Settings, overrides: Settings): Settings => {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(overrides)) {
    const before = merged[name];
    merged[name] = isSection(before) && isSection(value) ? merge(before, value) : value;
  }
  return merged;
};

export interface LoadedSettings {
  readonly config: Config;
  readonly settings: () => readonly EffectiveValue[];
  readonly folder: string;
  discard(): Promise<void>;
}

/** Loads the settings as a file, so that a mistake gets the message that an operator would read. */
export const loadSettings = async (settings: Settings): Promise<LoadedSettings> => {
  const folder = await mkdtemp(join(tmpdir(), 'postern-'));
  const discard = () => rm(folder, { recursive: true, force: true });
  try {
    const merged = merge(testDefaults(await freePort()), settings);
    await writeFile(join(folder, 'postern.yaml'), stringify(merged));
    const loaded = loadConfig({ env: {}, cwd: folder });
    return { config: loaded.config, settings: () => effectiveValues(loaded), folder, discard };
  } catch (error) {
    await discard();
    throw error;
  }
};
