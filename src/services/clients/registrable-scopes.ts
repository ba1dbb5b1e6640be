import { type Config, openidScopes } from '#config';

type Scopes = Pick<Config, 'registration' | 'resources'>;

/** The groups of a person are for applications that the operator knows, unless `registration.scopes` lists the scope. */
const scopesByDefault = openidScopes.filter((scope) => scope !== 'groups');

/** The scopes that a client may have that registers itself. */
export const registrableScopes = ({ registration, resources }: Scopes): readonly string[] =>
  registration.scopes.length > 0
    ? registration.scopes
    : [
        ...scopesByDefault,
        ...resources.filter((one) => one.self_described_clients).flatMap(({ scopes }) => scopes),
      ];

/** Whether anyone may register. */
export const isRegistrationOpen = ({ registration }: Pick<Config, 'registration'>): boolean =>
  registration.enabled && registration.initial_access_tokens.length === 0;
