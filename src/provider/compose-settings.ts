/** Settings and who sets them. */
export interface Fragment<T extends object> {
  readonly owner: string;
  readonly settings: T;
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;

/** Merges objects and joins lists. A setting with two owners is a mistake that stops the start. */
export const compose = <T extends object>(fragments: readonly Fragment<T>[]): T => {
  const owners = new Map<string, string>();
  const merge = (
    into: Record<string, unknown>,
    from: Readonly<Record<string, unknown>>,
    owner: string,
    path: string,
  ) => {
    for (const [name, value] of Object.entries(from)) {
      const settingPath = `${path}${name}`;
      const existing = Object.hasOwn(into, name) ? into[name] : undefined;
      if (existing === undefined) {
        // A copy, so that what is merged into it later does not change the owner's fragment.
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
  for (const { owner, settings } of fragments)
    merge(composed, Object.fromEntries(Object.entries(settings)), owner, '');
  // Each fragment is a part of T.
  return composed as T;
};
