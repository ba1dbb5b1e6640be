import type { Recipe } from './recipe.ts';

/**
 * The API uses introspection, so that a revoked token ends at once. A resource server of Spring Security that verifies
 * signed access tokens itself refuses the type of RFC 9068.
 */
export const springApi: Recipe = {
  name: 'spring-api',
  aliases: ['spring-resource-server'],
  title: 'Spring Boot API',
  type: 'machine',
  exampleUrl: 'https://api.example.com',
  metadata: () => ({}),
  snippets: ({ url, endpoints, clientId, clientSecret }) => [
    {
      where: 'postern.yaml, then restart Postern',
      format: 'yaml',
      lines: [
        'resources:',
        `  - audience: ${url}`,
        '    scopes: [api:read, api:write]',
        `    introspection_clients: ["${clientId}"]`,
      ],
    },
    {
      where: 'application.yml, with spring-boot-starter-oauth2-resource-server',
      format: 'yaml',
      lines: [
        'spring:',
        '  security:',
        '    oauth2:',
        '      resourceserver:',
        '        opaquetoken:',
        `          introspection-uri: ${endpoints.introspection}`,
        `          client-id: "${clientId}"`,
        `          client-secret: "${clientSecret}"`,
      ],
    },
  ],
  notes: [
    'To verify tokens without asking, give the resource `token_typ: JWT`, and Spring `jwt.issuer-uri` and `jwt.audiences` in place of `opaquetoken`.',
    'Clients ask for its tokens with the scopes that you list, and `resource` with the audience. Spring names the scopes SCOPE_api:read and so on.',
  ],
  guide: {
    source: {
      kind: 'manual',
      manual: {
        title: 'OAuth 2.0 Resource Server, Opaque Token',
        url: 'https://docs.spring.io/spring-security/reference/servlet/oauth2/resource-server/opaque-token.html',
        version: 'Spring Security 6',
      },
    },
    groups:
      'An API gets groups when its resource lists them: `claims: [groups]`. They are then in the attributes of the principal.',
    signOut: () => 'An API has no session. A token that was revoked is inactive at the next introspection.',
    errors: [
      {
        message: 'JOSE header typ (type) at+jwt not allowed',
        cause: 'Spring verifies the token itself, and refuses the type of RFC 9068.',
        remedy: 'Use introspection as above, or give the resource `token_typ: JWT`.',
      },
    ],
  },
};
