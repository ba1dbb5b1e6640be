import { standardClaims } from '#src/provider/claims/standard-claims.ts';
import type { Claims, ImportAccount, Requirement } from '#src/services/accounts/index.ts';
import type { EntryContent } from './file-entry.ts';

const topLevelClaims = new Set<string>(Object.values(standardClaims).flat());

const plainPassword =
  'Passwords in clear are not imported; give `password_hash`, or neither and let the person set one.';

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string => typeof value === 'string';

/** `undefined` and `null` are the same as a missing member. */
const given = (members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null));

const isRequirements = (value: unknown): value is readonly Requirement[] =>
  Array.isArray(value) && value.every((item) => item === 'password' || item === 'profile');

/** The members that are named as in the configuration, each with its type. */
const shapes: Readonly<Record<string, (value: unknown) => boolean>> = {
  username: isText,
  sub: isText,
  password_hash: isText,
  disabled: (value) => typeof value === 'boolean',
  groups: (value) => Array.isArray(value) && value.every(isText),
  require: isRequirements,
  claims: isObject,
};

const types: Readonly<Record<string, string>> = {
  disabled: 'true or false',
  groups: 'a list of names',
  require: 'a list of password and profile',
  claims: 'an object',
};

/** Checks the members of one account. What they hold is checked by services/accounts. */
export const entryFromJson = (value: unknown): EntryContent => {
  if (!isObject(value)) return { problem: 'The line is not a JSON object.' };
  const members = given(value);
  if ('password' in members) return { problem: plainPassword };
  for (const [name, member] of Object.entries(members)) {
    const fits = Object.hasOwn(shapes, name) ? shapes[name] : undefined;
    if (!fits && !topLevelClaims.has(name))
      return { problem: `\`${name.slice(0, 40)}\` is not known; put claims of your own into \`claims\`.` };
    if (fits && !fits(member)) return { problem: `\`${name}\` must be ${types[name] ?? 'a text'}.` };
  }
  if (members['username'] === undefined) return { problem: '`username` is missing.' };
  return { account: toAccount(members) };
};

/** The shapes are checked, and what came from JSON holds JSON values. */
const toAccount = (members: Readonly<Record<string, unknown>>): ImportAccount => {
  const {
    username,
    sub,
    password_hash: passwordHash,
    disabled,
    groups,
    require,
    claims,
    ...standard
  } = members;
  return {
    username: String(username),
    claims: { ...standard, ...Object(claims) } as Claims,
    ...(sub !== undefined && { sub: String(sub) }),
    ...(passwordHash !== undefined && { passwordHash: String(passwordHash) }),
    ...(disabled === true && { disabled }),
    ...(isRequirements(require) && { required: require }),
    ...(Array.isArray(groups) && { groups: groups.map(String) }),
  };
};

/** The members that `entryFromJson` reads, for `account export`. */
export const toLine = ({
  username,
  sub,
  passwordHash,
  claims = {},
  groups,
  disabled,
  required,
}: ImportAccount) => {
  const names = Object.keys(claims);
  const part = (keep: (name: string) => boolean) =>
    Object.fromEntries(names.filter(keep).map((name) => [name, claims[name]]));
  const own = part((name) => !topLevelClaims.has(name));
  return {
    username,
    ...(sub !== undefined && { sub }),
    ...(passwordHash !== undefined && { password_hash: passwordHash }),
    ...(disabled && { disabled }),
    ...(groups && { groups }),
    ...(required && { require: required }),
    ...part((name) => topLevelClaims.has(name)),
    ...(Object.keys(own).length > 0 && { claims: own }),
  };
};
