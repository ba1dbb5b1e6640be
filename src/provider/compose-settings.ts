import type { Configuration } from 'oidc-provider';

/** Settings, and the name of the room they come from. */
export interface Fragment {
  readonly owner: string;
  readonly settings: Configuration;
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Objects merge, lists are joined, and a setting that two claim is a mistake found at start. */
export const composeSettings = (fragments: readonly Fragment[]): Configuration => {
  const owners = new Map<string, string>();
  const merge = (
    into: Record<string, unknown>,
    from: Record<string, unknown>,
    owner: string,
    path: string,
  ) => {
    for (const [name, value] of Object.entries(from)) {
      const settingPath = `${path}${name}`;
      const existing = into[name];
      if (existing === undefined) {
        // Copied, so that merging into it later leaves the fragment as its owner wrote it.
        into[name] = isPlainObject(value) ? {} : Array.isArray(value) ? [...value] : value;
        owners.set(settingPath, owner);
        if (isPlainObject(value))
          merge(into[name] as Record<string, unknown>, value, owner, `${settingPath}.`);
      } else if (isPlainObject(existing) && isPlainObject(value)) {
        merge(existing, value, owner, `${settingPath}.`);
      } else if (Array.isArray(existing) && Array.isArray(value)) {
        existing.push(...value);
      } else {
        throw new Error(
          `the engine's setting ${settingPath} has two owners: ${owners.get(settingPath)} and ${owner}`,
        );
      }
    }
  };
  const composed: Record<string, unknown> = {};
  for (const { owner, settings } of fragments) merge(composed, { ...settings }, owner, '');
  return composed;
};
