import { type Config, openidScopes } from '#config';

/** The scopes that concern the person, with those that the operator defined for claims. Others belong to APIs. */
export const identityScopes = ({ claims }: Pick<Config, 'claims'>): readonly string[] => [
  ...new Set([...openidScopes, ...Object.keys(claims)]),
];
