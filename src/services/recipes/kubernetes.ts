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
    'kube-apiserver needs an issuer with https. Users are named postern: and their user name, as in `kubectl create clusterrolebinding ada --clusterrole=view --user=postern:ada`; so are groups, as in `--group=postern:admins`.',
  ],
};
