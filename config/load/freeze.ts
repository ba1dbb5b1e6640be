/** Freezes a value and everything in it, so that no code changes the configuration. */
export const freezeDeep = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) for (const one of Object.values(value)) freezeDeep(one);
  return Object.freeze(value);
};
