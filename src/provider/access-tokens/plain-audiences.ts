import type { Config } from '#config';

/** The audiences of the APIs whose JWT access tokens have `typ: JWT` instead of `at+jwt` (RFC 9068 §2.1). */
export const plainAudiences = ({ resources }: Pick<Config, 'resources'>): ReadonlySet<string> =>
  new Set(resources.filter(({ token_typ }) => token_typ === 'JWT').map(({ audience }) => audience));
