import { claimsOfOperators, serverClaims } from '#config';
import type { Claims, ImportAccount, Requirement } from '#src/services/accounts/index.ts';
import { isValid, kindOf } from '#src/services/profile-fields/index.ts';
import type { ConvertedGroup } from './groups.ts';
import type { Notes } from './notes.ts';
import { passwordHashOf } from './password-hash.ts';
import type { KeycloakUser, Realm } from './realm.ts';

const requirements: Readonly<Record<string, Requirement>> = {
  UPDATE_PASSWORD: 'password',
  UPDATE_PROFILE: 'profile',
};

const requirementOf = (action: string): Requirement | undefined =>
  Object.hasOwn(requirements, action) ? requirements[action] : undefined;

/** Attributes of Keycloak are lists of texts, and in many realms people write their own. */
const claimsOfAttributes = ({ username = '', attributes = {} }: KeycloakUser, notes: Notes): Claims =>
  Object.fromEntries(
    Object.entries(attributes).flatMap(([name, value]) => {
      const texts = (Array.isArray(value) ? value : [value]).map(String);
      const [first] = texts;
      if (first === undefined) return [];
      if (serverClaims.has(name) || claimsOfOperators.has(name)) {
        notes.add(`attributes named ${name}: a claim of that name means something for this server`, username);
        return [];
      }
      const kind = kindOf(name);
      if (kind !== 'text' && !(texts.length === 1 && isValid(kind, first))) {
        notes.add(`attributes named ${name} with a value that this claim can't have`, username);
        return [];
      }
      return [[name, texts.length === 1 ? first : texts]];
    }),
  );

const claimsOf = (user: KeycloakUser, notes: Notes): Claims => {
  const { email, emailVerified, firstName, lastName } = user;
  const name = [firstName, lastName].filter(Boolean).join(' ');
  return {
    ...claimsOfAttributes(user, notes),
    ...(name !== '' && { name }),
    ...(firstName && { given_name: firstName }),
    ...(lastName && { family_name: lastName }),
    ...(email && { email, email_verified: emailVerified === true }),
  };
};

const noteMissing = (user: KeycloakUser, where: string, notes: Notes): void => {
  const other = (user.credentials ?? []).filter(({ type }) => type !== 'password');
  if (other.length > 0) notes.add('second factors and passkeys: people set them up again', where);
  if (user.realmRoles?.length || Object.keys(user.clientRoles ?? {}).length > 0)
    notes.add('roles of people: put them into groups, and map these in `clients[].claims`', where);
  if (user.federatedIdentities?.length) notes.add('links to identity providers', where);
  for (const action of user.requiredActions ?? [])
    if (!requirementOf(action)) notes.add(`the required action ${action}`, where);
};

export const convertPeople = (
  { users }: Realm,
  groups: readonly ConvertedGroup[],
  notes: Notes,
): readonly ImportAccount[] => {
  const groupNames = new Map(groups.map(({ path, name }) => [path, name]));
  return users.flatMap((user): readonly ImportAccount[] => {
    const { id, username = '', enabled, credentials = [], groups: paths = [], requiredActions = [] } = user;
    if (user.serviceAccountClientId !== undefined) {
      notes.add('service accounts: a client that gets tokens for itself needs no account', username);
      return [];
    }
    noteMissing(user, username, notes);
    const password = credentials.find(({ type }) => type === 'password');
    const passwordHash = password && passwordHashOf(password);
    if (password && passwordHash === undefined)
      notes.add('passwords with a hash of another kind: those people need a new one', username);
    const required = requiredActions.flatMap((action) => requirementOf(action) ?? []);
    return [
      {
        username,
        ...(id !== undefined && { sub: id }),
        claims: claimsOf(user, notes),
        groups: paths.flatMap((path) => groupNames.get(path) ?? []),
        ...(passwordHash !== undefined && { passwordHash }),
        ...(enabled === false && { disabled: true }),
        ...(required.length > 0 && { required }),
      },
    ];
  });
};
