import type { Config } from './sections/index.ts';

/**
 * The claims that people fill in themselves; the name at the sign-up and with an invitation. A table of claims must not
 * decide by them: people could give themselves a role.
 */
export const selfFilledClaims = ({ profile }: Pick<Config, 'profile'>): ReadonlySet<string> =>
  new Set(['name', ...profile.editable, ...profile.fields.map(({ claim }) => claim)]);
