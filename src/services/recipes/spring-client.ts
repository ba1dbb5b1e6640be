import type { Recipe } from './recipe.ts';

/** Spring Security sends a nonce; from Spring Boot 4 on also a challenge. */
export const springClient: Recipe = {
  name: 'spring-client',
  aliases: ['spring', 'spring-boot'],
  title: 'Spring Boot application',
  type: 'web',
  exampleUrl: 'https://app.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/login/oauth2/code/postern`],
    post_logout_redirect_uris: [url, `${url}/`],
    scope: 'openid profile email offline_access',
    pkce: 'auto',
  }),
  snippets: ({ issuer, clientId, clientSecret }) => [
    {
      where: 'application.yml, with spring-boot-starter-oauth2-client',
      format: 'yaml',
      lines: [
        'spring:',
        '  security:',
        '    oauth2:',
        '      client:',
        '        registration:',
        '          postern:',
        '            client-name: Postern',
        `            client-id: "${clientId}"`,
        `            client-secret: "${clientSecret}"`,
        '            scope: [openid, profile, email]',
        '        provider:',
        '          postern:',
        `            issuer-uri: ${issuer}`,
      ],
    },
  ],
};
