import type { Configuration } from 'oidc-provider';

/** Settings, and the name of the room they come from. */
export interface Fragment {
  readonly owner: string;
  readonly settings: Configuration;
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
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
      const here = `${path}${name}`;
      const there = into[name];
      if (there === undefined) {
        // Copied, so that merging into it later leaves the fragment as its owner wrote it.
        into[name] = isPlain(value) ? {} : Array.isArray(value) ? [...value] : value;
        owners.set(here, owner);
        if (isPlain(value)) merge(into[name] as Record<string, unknown>, value, owner, `${here}.`);
      } else if (isPlain(there) && isPlain(value)) {
        merge(there, value, owner, `${here}.`);
      } else if (Array.isArray(there) && Array.isArray(value)) {
        there.push(...value);
      } else {
        throw new Error(`the engine's setting ${here} has two owners: ${owners.get(here)} and ${owner}`);
      }
    }
  };
  const composed: Record<string, unknown> = {};
  for (const { owner, settings } of fragments) merge(composed, { ...settings }, owner, '');
  return composed;
};
