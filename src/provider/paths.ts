/** The paths of the engine's endpoints. Every other path is declared next to its handler. */
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

/** The JSON token endpoint has its own engine instance, whose token endpoint has this path: client assertions name it. */
export const jsonTokensPath = '/api/v1/tokens';

/** Second paths of an endpoint. A client that uses an alias names it in DPoP proofs and assertions. */
export const aliases = [
  { routes: { token: '/token' } },
  { routes: { token: '/api/v1/oauth/token', userinfo: '/oauth/userinfo' } },
] as const;

/** The endpoints where clients authenticate with certificates, by their names in the metadata (RFC 8705 §5). */
export const mtlsEndpoints = {
  token_endpoint: routes.token,
  pushed_authorization_request_endpoint: routes.pushed_authorization_request,
  introspection_endpoint: routes.introspection,
  revocation_endpoint: routes.revocation,
  device_authorization_endpoint: routes.device_authorization,
  backchannel_authentication_endpoint: routes.backchannel_authentication,
  userinfo_endpoint: routes.userinfo,
} as const;

/** The paths of those endpoints, with all aliases. */
export const mtlsPaths: ReadonlySet<string> = new Set([
  ...Object.values(mtlsEndpoints),
  ...aliases.flatMap((alias) => Object.values(alias.routes)),
]);

/** These endpoints accept POST too (OpenID Connect Core §3.1.2.1, RP-Initiated Logout §2). */
export const pathsRedirectedToGet: readonly string[] = [routes.authorization, routes.end_session];

const pagePaths: readonly string[] = [routes.authorization, routes.code_verification, routes.end_session];

/** Whether a path answers with pages. All others answer programs, whatever the `Accept` header says. */
export const isPagePath = (path: string): boolean =>
  pagePaths.some((one) => path === one || path.startsWith(`${one}/`));

/**
 * The paths and methods of the engine. `:uid` is one segment. There is no HEAD where a GET continues a flow, because a
 * link preview must not issue a code (RFC 9110 §9.2.1).
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
