import type { Config } from './sections/index.ts';

interface Settings {
  readonly profile: Config['profile'];
  readonly pages: Pick<Config['pages'], 'create_account'>;
}

/**
 * The claims that people fill in themselves; the name at the sign-up and with an invitation, and the user name at the
 * sign-up. A table of claims must not decide by them: people could give themselves a role.
 */
export const selfFilledClaims = ({ profile, pages }: Settings): ReadonlySet<string> =>
  new Set([
    'name',
    ...(pages.create_account ? ['preferred_username'] : []),
    ...profile.editable,
    ...profile.fields.map(({ claim }) => claim),
  ]);
