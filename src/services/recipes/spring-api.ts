import type { Recipe } from './recipe.ts';

/**
 * A resource server of Spring Security refuses signed access tokens of RFC 9068 unless it is programmed to accept their
 * type. With introspection its properties are enough, and a revoked token ends at once.
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
    'Clients ask for its tokens with the scopes that you list, and `resource` with the audience. Spring names the scopes SCOPE_api:read and so on.',
  ],
};
