import { expectedFormat, serverClaims } from '#config';

type Claims = Readonly<Record<string, unknown>>;

/** Access is decided by these, so code that adds claims to tokens must not make them up. */
const decisive = new Set(['groups', 'roles', 'scope', 'claims']);
const maxBytes = 16 * 1024;

const isJson = (value: unknown): boolean => {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (Array.isArray(value)) return value.every(isJson);
  if (typeof value !== 'object') return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && Object.values(value).every(isJson);
};

/** Returns the claims of a result, or a text that completes "the extension …". */
export const checkClaims = (result: unknown): Claims | string => {
  if (result === undefined || result === null) return {};
  if (typeof result !== 'object' || Array.isArray(result)) return 'returned something else than an object';
  const claims = Object.fromEntries(Object.entries(result).filter(([, value]) => value !== undefined));
  for (const [name, value] of Object.entries(claims)) {
    if (serverClaims.has(name) || decisive.has(name)) return `returned the reserved claim ${name}`;
    if (expectedFormat('claim', name) !== undefined)
      return `returned ${JSON.stringify(name)}, which is not the name of a claim`;
    try {
      if (!isJson(value)) return `returned a claim ${name} that is not JSON`;
    } catch {
      return `returned a claim ${name} that is nested too deeply`;
    }
  }
  return Buffer.byteLength(JSON.stringify(claims)) > maxBytes
    ? `returned claims of more than ${maxBytes / 1024} KiB`
    : claims;
};
