import { ConfigurationError, type Loaded, type LoadOptions, loadConfig } from '#config';

export type Variables = NonNullable<LoadOptions['env']>;

export const load = (cwd: string, options: Partial<LoadOptions> = {}): Loaded =>
  loadConfig({ env: {}, cwd, ...options });

/** Returns every error as an operator reads it, without the line that counts them. */
export const configurationErrors = (cwd: string, options: Partial<LoadOptions> = {}): readonly string[] => {
  try {
    load(cwd, options);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.message.split('\n  ').slice(1);
    throw error;
  }
  return [];
};
