/** The engine's paths, as clients know them. Everything else of ours is declared beside its handler. */
export const routes = {
  authorization: '/oauth/authorize',
  token: '/oauth/token',
  pushed_authorization_request: '/oauth/par',
  introspection: '/oauth/introspect',
  revocation: '/oauth/revoke',
  device_authorization: '/oauth/device_authorization',
  code_verification: '/oauth/device',
  backchannel_authentication: '/oauth/ciba',
  registration: '/oauth/register',
  end_session: '/oauth/logout',
  userinfo: '/userinfo',
  jwks: '/oauth/jwks',
} as const;

/** The JSON door dispatches to an engine that knows the token endpoint by this path, for proofs that name it. */
export const jsonTokensPath = '/api/v1/tokens';

/** Paths that reach an endpoint by a second name. To a client each is that endpoint: DPoP and assertions name the alias. */
export const aliases = [
  { routes: { token: '/token' } },
  { routes: { token: '/api/v1/oauth/token', userinfo: '/oauth/userinfo' } },
] as const;

/** Where clients show certificates, by the names that the metadata has for it (RFC 8705 §5). */
export const mtlsEndpoints = {
  token_endpoint: routes.token,
  pushed_authorization_request_endpoint: routes.pushed_authorization_request,
  introspection_endpoint: routes.introspection,
  revocation_endpoint: routes.revocation,
  device_authorization_endpoint: routes.device_authorization,
  backchannel_authentication_endpoint: routes.backchannel_authentication,
  userinfo_endpoint: routes.userinfo,
} as const;

/** The same, by every name that they are reached by. */
export const mtlsPaths: ReadonlySet<string> = new Set([
  ...Object.values(mtlsEndpoints),
  ...aliases.flatMap((alias) => Object.values(alias.routes)),
]);

/** May also be called by POST (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2). */
export const pathsRedirectedToGet: readonly string[] = [routes.authorization, routes.end_session];

const pagePaths: readonly string[] = [routes.authorization, routes.code_verification, routes.end_session];

/** Where browsers go with a person in front of them; all other paths are for programs, whatever they say they accept. */
export const isPagePath = (path: string): boolean =>
  pagePaths.some((one) => path === one || path.startsWith(`${one}/`));

/**
 * Where each path may be called, and how. `:uid` is one segment. No HEAD where a GET goes on with a flow: whoever only
 * looks where a link leads asks for no code (RFC 9110 §9.2.1).
 */
export const enginePaths: readonly { readonly path: string; readonly methods: readonly string[] }[] = [
  { path: '/.well-known/openid-configuration', methods: ['GET', 'HEAD', 'OPTIONS'] },
  { path: '/.well-known/oauth-authorization-server', methods: ['GET', 'HEAD', 'OPTIONS'] },
  { path: routes.authorization, methods: ['GET'] },
  { path: `${routes.authorization}/:uid`, methods: ['GET'] },
  { path: routes.token, methods: ['POST', 'OPTIONS'] },
  { path: routes.pushed_authorization_request, methods: ['POST', 'OPTIONS'] },
  { path: routes.introspection, methods: ['POST', 'OPTIONS'] },
  { path: routes.revocation, methods: ['POST', 'OPTIONS'] },
  { path: routes.device_authorization, methods: ['POST', 'OPTIONS'] },
  { path: routes.code_verification, methods: ['GET', 'HEAD', 'POST'] },
  { path: `${routes.code_verification}/:uid`, methods: ['GET'] },
  { path: routes.backchannel_authentication, methods: ['POST'] },
  { path: routes.end_session, methods: ['GET'] },
  { path: `${routes.end_session}/confirm`, methods: ['POST'] },
  { path: `${routes.end_session}/success`, methods: ['GET'] },
  { path: routes.userinfo, methods: ['GET', 'HEAD', 'POST', 'OPTIONS'] },
];
