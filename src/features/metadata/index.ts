/**
 * Owns the members of the metadata (OpenID Connect Discovery, RFC 8414) that oidc-provider can't know: the scopes of
 * APIs, the prompts, the languages. A feature that switches on an endpoint or an algorithm adds it by its settings.
 */
import type { Config } from '#config';
import type { Feature } from '../../feature.ts';
import { mtlsEndpoints } from '../../provider/paths.ts';
import { isRegistrationOpen, registrableScopes } from '../../services/clients/index.ts';

/** Members change with the configuration only. Clients notice a change within the time that they cache keys at least. */
const cacheSeconds = 300;

type Metadata = Readonly<Record<string, unknown>>;

const strings = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** RFC 8705 §5. An endpoint that isn't offered has no alias. */
const mtlsAliases = (origin: string, document: Metadata) => ({
  mtls_endpoint_aliases: Object.fromEntries(
    Object.entries(mtlsEndpoints).flatMap(([name, path]) =>
      document[name] === undefined ? [] : [[name, `${origin}${path}`]],
    ),
  ),
});

const addMissingMembers = (document: Metadata, config: Config): Metadata => {
  const { resources, pages, proxy } = config;
  const methods = document['token_endpoint_auth_methods_supported'];
  const algorithms = document['token_endpoint_auth_signing_alg_values_supported'];
  const scopes = [
    ...strings(document['scopes_supported']),
    ...resources.flatMap(({ isRestricted, scopes }) => (isRestricted ? [] : scopes)),
  ];
  const registrable = registrableScopes(config);
  return {
    ...document,
    // Clients that register themselves ask for every scope that they find here.
    scopes_supported: [...new Set(scopes)].filter(
      (scope) => !isRegistrationOpen(config) || registrable.includes(scope),
    ),
    prompt_values_supported: [
      'none',
      'login',
      'consent',
      'select_account',
      ...(pages.create_account ? ['create'] : []),
    ],
    ui_locales_supported: pages.languages,
    // RFC 8414 §2: without these members, clients may assume client_secret_basic only.
    revocation_endpoint_auth_methods_supported: methods,
    revocation_endpoint_auth_signing_alg_values_supported: algorithms,
    introspection_endpoint_auth_methods_supported: methods,
    introspection_endpoint_auth_signing_alg_values_supported: algorithms,
    ...(proxy.mtls_origin !== undefined && mtlsAliases(proxy.mtls_origin, document)),
    // oidc-provider announces true once CIBA is enabled, but user codes are refused here.
    ...('backchannel_user_code_parameter_supported' in document && {
      backchannel_user_code_parameter_supported: false,
    }),
  };
};

/** RFC 8414 §3.2: members without values are left out. */
const withoutEmpty = (document: Metadata): Metadata =>
  Object.fromEntries(
    Object.entries(document).filter(([, value]) => !(Array.isArray(value) && value.length === 0)),
  );

export const metadata = (config: Config): Feature => ({
  name: 'metadata',
  provider: {
    routes: [
      {
        route: 'discovery',
        after(ctx) {
          const document: unknown = ctx.body;
          if (ctx.status !== 200 || typeof document !== 'object' || document === null) return;
          ctx.set('Cache-Control', `public, max-age=${cacheSeconds}`);
          ctx.body = withoutEmpty(addMissingMembers({ ...document }, config));
        },
      },
    ],
  },
});
