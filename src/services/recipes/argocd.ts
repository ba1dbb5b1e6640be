import type { Recipe } from './recipe.ts';

/** It sends no nonce. It reads the ID token only. */
export const argocd: Recipe = {
  name: 'argocd',
  aliases: ['argo-cd', 'argo'],
  title: 'Argo CD',
  type: 'web',
  exampleUrl: 'https://argocd.example.com',
  metadata: (url) => ({
    redirect_uris: [`${url}/auth/callback`],
    post_logout_redirect_uris: [url, `${url}/`],
    scope: 'openid profile email groups offline_access',
    id_token_claims: 'all',
    pkce: 'required',
  }),
  snippets: ({ url, issuer, clientId, clientSecret }) => [
    {
      where: 'kubectl apply -f - (ConfigMap argocd-cm)',
      format: 'yaml',
      lines: [
        'apiVersion: v1',
        'kind: ConfigMap',
        'metadata:',
        '  name: argocd-cm',
        '  namespace: argocd',
        '  labels:',
        '    app.kubernetes.io/part-of: argocd',
        'data:',
        `  url: ${url}`,
        '  oidc.config: |',
        '    name: Postern',
        `    issuer: ${issuer}`,
        `    clientID: "${clientId}"`,
        '    clientSecret: $oidc.postern.clientSecret',
        '    enablePKCEAuthentication: true',
        '    requestedScopes: [openid, profile, email, groups]',
      ],
    },
    {
      where: 'a shell (Secret argocd-secret)',
      format: 'sh',
      lines: [
        'kubectl --namespace argocd patch secret argocd-secret \\',
        `  --patch '{"stringData": {"oidc.postern.clientSecret": "${clientSecret}"}}'`,
      ],
    },
  ],
  notes: [
    'The ConfigMap replaces the data of yours: merge them if it has other keys.',
    'Versions before 3 use PKCE in the browser. Remove enablePKCEAuthentication there, and run `client update ID --pkce exempt`.',
    'Give roles to groups. With `email` in `scopes` of argocd-rbac-cm a rule for an address counts for anyone who has typed it: Argo CD doesn’t ask whether it is verified.',
  ],
  guide: {
    source: {
      kind: 'manual',
      manual: {
        title: 'User Management, “Existing OIDC Provider”',
        url: 'https://argo-cd.readthedocs.io/en/stable/operator-manual/user-management/',
        version: 'Argo CD 3',
      },
    },
    groups:
      '`g, admins, role:admin` in policy.csv of the ConfigMap argocd-rbac-cm makes the members of a group administrators.',
    signOut: ({ url, endpoints }) =>
      `Add \`logoutURL: ${endpoints.endSession}?id_token_hint={{token}}&post_logout_redirect_uri=${encodeURIComponent(url)}\` to oidc.config. Then signing out of Argo CD ends the session at Postern.`,
    errors: [
      {
        message:
          'Invalid redirect URL: the protocol and host (including port) must match and the path must be within allowed URLs if provided',
        cause: 'Argo CD was opened under another address than `url` in the ConfigMap.',
        remedy: 'Use the address of `--url` in the browser, or list the other one under `additionalUrls`.',
      },
    ],
  },
};
