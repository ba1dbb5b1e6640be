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
  guide: {
    source: {
      kind: 'run',
      programs: [
        { name: 'Spring Boot 3', version: '3.5.7' },
        { name: 'Spring Boot 4', version: '4.0.7' },
      ],
    },
    groups:
      'Add `groups` to both scopes, and a `GrantedAuthoritiesMapper` bean that makes authorities of the claim.',
    signOut: ({ url }) =>
      `Set an \`OidcClientInitiatedLogoutSuccessHandler\` with \`setPostLogoutRedirectUri("${url}")\` as \`logoutSuccessHandler\`. Without it Spring ends its own session only.`,
    errors: [
      {
        message: '[authorization_request_not_found]',
        cause:
          'The session cookie of the application is missing at the callback: the sign-in began under another host name, or the session creation policy is STATELESS.',
        remedy: 'Use one host name, and let Spring create sessions.',
      },
    ],
  },
};
