import { readFileSync, statSync } from 'node:fs';
import { usageError } from '#src/command.ts';

/** The parts of a realm export that have a counterpart. All are optional: an export may leave out any of them. */
export interface Realm {
  readonly users: readonly KeycloakUser[];
  readonly groups: readonly KeycloakGroup[];
  readonly clients: readonly KeycloakClient[];
  /** The names of other parts of the realm that say something. */
  readonly others: readonly string[];
}

export interface KeycloakUser {
  readonly id?: string;
  readonly username?: string;
  readonly email?: string;
  readonly emailVerified?: boolean;
  readonly firstName?: string;
  readonly lastName?: string;
  readonly enabled?: boolean;
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly credentials?: readonly KeycloakCredential[];
  readonly groups?: readonly string[];
  readonly requiredActions?: readonly string[];
  readonly realmRoles?: readonly string[];
  readonly clientRoles?: Readonly<Record<string, unknown>>;
  readonly federatedIdentities?: readonly unknown[];
  readonly serviceAccountClientId?: string;
}

export interface KeycloakCredential {
  readonly type?: string;
  /** JSON texts. */
  readonly secretData?: string;
  readonly credentialData?: string;
}

export interface KeycloakGroup {
  readonly name?: string;
  readonly path?: string;
  readonly subGroups?: readonly KeycloakGroup[];
  readonly realmRoles?: readonly string[];
  readonly clientRoles?: Readonly<Record<string, unknown>>;
}

export interface KeycloakClient {
  readonly clientId?: string;
  readonly name?: string;
  readonly secret?: string;
  readonly enabled?: boolean;
  readonly protocol?: string;
  readonly bearerOnly?: boolean;
  readonly publicClient?: boolean;
  readonly clientAuthenticatorType?: string;
  readonly standardFlowEnabled?: boolean;
  readonly implicitFlowEnabled?: boolean;
  readonly directAccessGrantsEnabled?: boolean;
  readonly serviceAccountsEnabled?: boolean;
  readonly consentRequired?: boolean;
  readonly rootUrl?: string;
  readonly baseUrl?: string;
  readonly redirectUris?: readonly string[];
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly protocolMappers?: readonly { readonly name?: string }[];
}

const maxBytes = 500 * 1024 * 1024;

const readJson = (file: string): Readonly<Record<string, unknown>> => {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found?.isFile()) throw usageError(`There is no file ${file}.`);
  if (found.size > maxBytes)
    throw usageError(`${file} is larger than 500 MiB: let Keycloak export users into several files.`);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch {
    throw usageError(`${file} is not JSON: name what \`kc.sh export\` wrote.`);
  }
  if (typeof value === 'object' && value !== null && 'realm' in value) return { ...value };
  throw usageError(`${file} is no realm of Keycloak: name what \`kc.sh export\` wrote.`);
};

const listIn = (value: unknown): readonly object[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];

/** What a realm may have besides, each with a name for the report. */
const otherParts = {
  identityProviders: 'identity providers',
  components: 'user federation and other components',
  clientScopes: 'client scopes',
  authenticationFlows: 'authentication flows',
  scopeMappings: 'scope mappings',
  organizations: 'organizations',
} as const;

/** Reads a realm, which Keycloak may have exported into several files. Each member is checked where it is used. */
export const readRealm = (files: readonly string[]): Realm => {
  const parts = files.map(readJson);
  const all = (name: string): readonly object[] => parts.flatMap((part) => listIn(part[name]));
  return {
    users: all('users'),
    groups: all('groups'),
    clients: all('clients'),
    others: Object.entries(otherParts).flatMap(([name, text]) =>
      parts.some((part) => Object.keys(Object(part[name])).length > 0) ? [text] : [],
    ),
  };
};
