import type { Recipe } from './recipe.ts';

/** kubelogin signs the person in on their machine, and the API server verifies the ID token. It asks nothing else. */
export const kubernetes: Recipe = {
  name: 'kubernetes',
  aliases: ['kubelogin', 'k8s', 'kubectl'],
  title: 'Kubernetes with kubelogin',
  type: 'native',
  defaultUrl: 'http://localhost:8000',
  exampleUrl: 'http://localhost:8000',
  metadata: (url) => ({
    redirect_uris: [url, url.replace('//localhost', '//127.0.0.1')].filter(
      (uri, index, all) => all.indexOf(uri) === index,
    ),
    scope: 'openid profile email groups offline_access',
    id_token_claims: 'all',
  }),
  snippets: ({ issuer, clientId }) => [
    {
      where: 'the file of --authentication-config of kube-apiserver',
      format: 'yaml',
      lines: [
        'apiVersion: apiserver.config.k8s.io/v1beta1',
        'kind: AuthenticationConfiguration',
        'jwt:',
        '  - issuer:',
        `      url: ${issuer}`,
        `      audiences: ["${clientId}"]`,
        '    claimMappings:',
        '      username:',
        '        claim: preferred_username',
        '        prefix: "postern:"',
        '      groups:',
        '        claim: groups',
        '        prefix: "postern:"',
      ],
    },
    {
      where: 'a shell of each person',
      format: 'sh',
      lines: [
        'kubectl config set-credentials postern \\',
        '  --exec-api-version=client.authentication.k8s.io/v1 \\',
        '  --exec-interactive-mode=Never \\',
        '  --exec-command=kubectl \\',
        '  --exec-arg=oidc-login \\',
        '  --exec-arg=get-token \\',
        `  --exec-arg=--oidc-issuer-url=${issuer} \\`,
        `  --exec-arg=--oidc-client-id=${clientId} \\`,
        '  --exec-arg=--oidc-extra-scope=profile \\',
        '  --exec-arg=--oidc-extra-scope=email \\',
        '  --exec-arg=--oidc-extra-scope=groups \\',
        '  --exec-arg=--oidc-extra-scope=offline_access',
      ],
    },
  ],
  notes: [
    'kube-apiserver needs an issuer with https. Users are named postern: and their user name, as in `kubectl create clusterrolebinding ada --clusterrole=view --user=postern:ada`.',
  ],
  guide: {
    source: {
      kind: 'run',
      programs: [
        { name: 'kubelogin', version: '1.36.3' },
        { name: 'kube-apiserver (authenticator)', version: 'k8s.io/apiserver 0.37.2' },
      ],
    },
    groups:
      'The groups of a person get the prefix postern:, as in `kubectl create clusterrolebinding admins --clusterrole=cluster-admin --group=postern:admins`.',
    signOut: () =>
      '`kubectl oidc-login clean` deletes the tokens of the machine. The API server does not ask Postern, so an ID token is good until it expires.',
    errors: [
      {
        message: 'oidc: authenticator not initialized',
        cause:
          'The log of kube-apiserver says so while it can’t read the metadata of the issuer: it can’t reach the address, or does not trust the certificate.',
        remedy:
          'Open the issuer on the machine of kube-apiserver. `certificateAuthority` of the issuer takes a certificate of your own.',
      },
      {
        message: 'error: You must be logged in to the server (Unauthorized)',
        cause:
          'The API server refuses the ID token: its issuer or audience differs from the authentication configuration.',
        remedy: 'Compare `issuer.url` and `audiences` with the issuer and the client id.',
      },
    ],
  },
};
